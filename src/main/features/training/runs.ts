import { runNumber } from '../../../shared/run-words.ts';
import { existsSync, rmSync } from 'node:fs';
import { AppError } from '../../../shared/errors.ts';
import type { EncoderComparison } from '../../../shared/encoder-comparison.ts';
import { encoderRankOf } from '../../../shared/encoder-rank.ts';
import type { Randomisation } from '../../../shared/randomisation.ts';
import type { RunNotes, RunRecord, RunRow } from '../../../shared/run.ts';
import type { EncoderComparisonStore } from '../../db/encoder-comparisons.ts';
import type { DatasetStore } from '../../db/datasets.ts';
import type { AnnotatedRun, RunStore } from '../../db/runs.ts';
import { lintRun } from '../../domain/lint/run.ts';
import type { EventHub } from '../../foundation/jobs/events.ts';
import type { Jobs } from '../../foundation/jobs/jobs.ts';

export interface RunPorts {
  runs: RunStore;
  datasets: Pick<DatasetStore, 'get' | 'list'>;
  folderOf(run: string): string; // of the run's checkpoints
  networks: { isOutdated(run: RunRecord): boolean };
  /** Of the run's maps by the default method; null before it is measured. */
  randomisationOf(run: string): Randomisation | null;
  encoderComparisons: Pick<EncoderComparisonStore, 'list'>;
  jobs: Pick<Jobs, 'isRunning'>;
  hub: Pick<EventHub, 'changed'>;
}

/** Lists, annotates, removes and restores runs. */
export class Runs {
  private readonly ports: RunPorts;

  constructor(ports: RunPorts) {
    this.ports = ports;
  }

  /** Newest first. */
  list(): RunRow[] {
    const { runs, datasets, encoderComparisons } = this.ports;
    const known = new Map(datasets.list().map((one) => [one.dataset, { snapshot: one.snapshot, compared: encoderComparisons.list(one.dataset) }]));
    return runs.listAnnotated().map((run) => this.rowOf(run, known.get(run.dataset)));
  }

  get(id: string): RunRow {
    const { runs, datasets, encoderComparisons } = this.ports;
    const run = runs.annotated(id);
    return this.rowOf(run, { snapshot: datasets.get(run.dataset).snapshot, compared: encoderComparisons.list(run.dataset) });
  }

  annotate(id: string, notes: Partial<RunNotes>): RunRow {
    this.ports.runs.annotate(id, notes);
    this.ports.hub.changed('runs', id);
    return this.get(id);
  }

  /** Hides a run; it can be restored until Twinlens restarts. Throws AppError 'bad-request' during its training. */
  remove(id: string): void {
    const { runs, jobs, hub } = this.ports;
    if (jobs.isRunning('train', id))
      throw new AppError('bad-request', `Run ${runNumber(id)} is being trained. Cancel the training first.`, { run: id });
    runs.remove(id);
    hub.changed('runs', id);
  }

  /** Undoes `remove`. Throws AppError 'not-found' if the run's files have been deleted. */
  restore(id: string): void {
    const { runs, folderOf, hub } = this.ports;
    const run = runs.get(id);
    if (run.epochs.length > 0 && !existsSync(folderOf(id)))
      throw new AppError('not-found', `The network of run ${runNumber(id)} was deleted when Twinlens restarted. Train again with the same settings.`);
    runs.restore(id);
    hub.changed('runs', id);
  }

  /** `dataset`: its current snapshot and its comparisons of encoders; undefined if it was removed. */
  private rowOf(run: AnnotatedRun, dataset: { snapshot: string; compared: EncoderComparison[] } | undefined): RunRow {
    const randomisation = this.ports.randomisationOf(run.run);
    const encoderRank = encoderRankOf(run, dataset?.compared ?? []);
    return {
      ...run,
      findings: lintRun(run),
      ...(randomisation && { randomisation }),
      ...(encoderRank && { encoderRank }),
      stale: dataset !== undefined && dataset.snapshot !== run.snapshot,
      outdated: this.ports.networks.isOutdated(run),
    };
  }
}

/** Deletes the network files of removed runs. Their records stay, because comparisons refer to them. */
export function deleteRemovedNetworks(runs: Pick<RunStore, 'removed'>, folderOf: (run: string) => string): void {
  for (const id of runs.removed()) rmSync(folderOf(id), { recursive: true, force: true });
}
