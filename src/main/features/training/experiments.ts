import { AppError } from '../../../shared/errors.ts';
import type {
  ExperimentComparison,
  ExperimentRecord,
  ExperimentRow,
  ExperimentStatus,
  FigureName,
  NotComparable,
  SeedState,
  Spread,
} from '../../../shared/experiment.ts';
import { FIGURES, isTrained } from '../../../shared/experiment.ts';
import { experimentNumber } from '../../../shared/experiment-words.ts';
import { listText } from '../../../shared/format.ts';
import { validationAuc } from '../../../shared/listed-auc.ts';
import { testMetrics } from '../../../shared/run-comparison.ts';
import { runNumber, stoppedAfter } from '../../../shared/run-words.ts';
import type { RunNotes, RunRecord } from '../../../shared/run.ts';
import type { DatasetStore } from '../../db/datasets.ts';
import type { AnnotatedExperiment, ExperimentStore } from '../../db/experiments.ts';
import type { RunStore } from '../../db/runs.ts';
import { spreadOf, welchDifference } from '../../domain/evaluate/spread.ts';
import { type SeedHooks, trainSeeds } from './seeds.ts';
import type { Training } from './training.ts';

export interface ExperimentPorts {
  experiments: Pick<ExperimentStore, 'get' | 'list' | 'runsOf' | 'annotate'>;
  runs: Pick<RunStore, 'get' | 'remove'>;
  datasets: Pick<DatasetStore, 'list'>;
  training: Pick<Training, 'startSeed' | 'resume'>;
  /** Recall@1 of the run's embeddings among test images; null before its neighbours are measured. */
  recallOf(run: string): number | null;
  /** Called after experiments and runs were changed. */
  announce(experiment: string): void;
}

/** A seed's run, as far as it is started. */
interface Trained {
  run: RunRecord;
  removed: boolean;
}

const BOUNDS: Partial<Record<FigureName, readonly [number, number]>> = {
  ...{ auc: [0, 1], validAuc: [0, 1] },
  ...{ accuracy: [0, 1], eer: [0, 1], recall1: [0, 1], threshold: [0, Infinity] },
};

/** Several seeds of the same training: lists, annotates, removes and compares them. */
export class Experiments {
  private readonly ports: ExperimentPorts;
  private readonly training = new Map<string, number>(); // by id, how many calls train it

  constructor(ports: ExperimentPorts) {
    this.ports = ports;
  }

  /** Those with a run that is not removed, newest first. */
  list(): ExperimentRow[] {
    const snapshots = new Map(this.ports.datasets.list().map(({ dataset, snapshot }) => [dataset, snapshot]));
    return this.ports.experiments
      .list()
      .map((experiment) => this.rowOf(experiment, snapshots.get(experiment.dataset)))
      .filter(({ states }) => states.some(({ run, removed }) => run !== null && !removed));
  }

  /** Throws AppError 'not-found'. */
  get(id: string): ExperimentRow {
    const experiment = this.ports.experiments.get(id);
    const snapshot = this.ports.datasets.list().find(({ dataset }) => dataset === experiment.dataset)?.snapshot;
    return this.rowOf(experiment, snapshot);
  }

  annotate(id: string, notes: Partial<RunNotes>): ExperimentRow {
    this.ports.experiments.annotate(id, notes);
    this.ports.announce(id);
    return this.get(id);
  }

  /** Removes its runs; returns their ids, so that they can be restored. Throws AppError 'bad-request' while it is being trained. */
  remove(id: string): string[] {
    const { experiments, runs, announce } = this.ports;
    const shown = experiments.runsOf(id).filter(({ removed }) => !removed);
    this.refuseTraining(id, 'Cancel the training first.');
    for (const { run } of shown) runs.remove(run);
    announce(id);
    return shown.map(({ run }) => run);
  }

  /** An experiment with unfinished seeds. Throws AppError 'not-found', and 'bad-request' while it is being trained or if none is left. */
  resumable(id: string): ExperimentRecord {
    const experiment = this.ports.experiments.get(id);
    this.refuseTraining(id, 'Wait until it ends.');
    const trained = this.trainedOf(experiment);
    if (experiment.seeds.some((seed) => needsTraining(trained.get(seed)))) return experiment;
    const what = [...trained.values()].some(({ removed, run }) => removed && run.status !== 'done')
      ? `The seeds of experiment ${experimentNumber(id)} that are not trained were removed.`
      : `All seeds of experiment ${experimentNumber(id)} are trained.`;
    throw new AppError('bad-request', `${what} To train others, start a new experiment.`, { experiment: id });
  }

  /** Does `work`, during which the experiment is being trained or waits for that. */
  async whileTraining<T>(id: string, work: () => Promise<T>): Promise<T> {
    const count = (change: number): number => (this.training.get(id) ?? 0) + change;
    this.training.set(id, count(1));
    try {
      return await work();
    } finally {
      if (count(-1) === 0) this.training.delete(id);
      else this.training.set(id, count(-1));
      this.ports.announce(id);
    }
  }

  /** As trainSeeds. */
  train(id: string, hooks: SeedHooks): Promise<void> {
    return this.whileTraining(id, () => trainSeeds(id, this.ports, hooks));
  }

  isTraining(id: string): boolean {
    return this.training.has(id);
  }

  /** The mean AUC of two experiments, or why it can't be compared. Throws AppError 'not-found', and 'bad-request' for one and the same. */
  compare(idA: string, idB: string): ExperimentComparison | NotComparable {
    if (idA === idB) throw new AppError('bad-request', 'Choose two different experiments: these are one and the same.', { experiment: idA });
    const [a, b] = [this.get(idA), this.get(idB)];
    if (a.dataset !== b.dataset) return { problem: 'They are of different data sets.' };
    if (a.snapshot !== b.snapshot) return { problem: 'The data set was changed between these experiments.' };
    for (const { experiment, spread } of [a, b])
      if (!spread?.auc)
        return { problem: `Experiment ${experimentNumber(experiment)} has fewer than two seeds with figures on the same test pairs.` };
    const [setA, setB] = [a, b].map((row) => this.sharedPairs([...this.trainedOf(row).values()]));
    if (setA !== setB)
      return { problem: 'They were evaluated on different test pairs. Evaluate their runs again, unless “same” means something else in one.' };
    const aucsOf = (row: ExperimentRow): number[] => this.figuresOf(row.states, setA!).map(({ figures }) => figures.auc!);
    return { a: a.spread!.auc!, b: b.spread!.auc!, difference: welchDifference(aucsOf(a), aucsOf(b)), pairs: a.on!.pairs };
  }

  private refuseTraining(id: string, advice: string): void {
    if (this.isTraining(id)) throw new AppError('bad-request', `Experiment ${experimentNumber(id)} is being trained. ${advice}`, { experiment: id });
  }

  /** By seed. */
  private trainedOf({ experiment }: Pick<ExperimentRecord, 'experiment'>): Map<number, Trained> {
    const { experiments, runs } = this.ports;
    const found = experiments.runsOf(experiment).map(({ run, removed }) => ({ run: runs.get(run), removed }));
    return new Map(found.map((one) => [one.run.config.seed, one]));
  }

  private rowOf(experiment: AnnotatedExperiment, snapshot: string | undefined): ExperimentRow {
    const trained = this.trainedOf(experiment);
    const states = experiment.seeds.map((seed) => this.stateOf(seed, trained.get(seed)));
    const pairSet = this.sharedPairs([...trained.values()]);
    const used = pairSet === null ? [] : this.figuresOf(states, pairSet);
    const first = used[0]?.run;
    const test = first ? testMetrics(this.ports.runs.get(first)) : undefined;
    return {
      ...experiment,
      status: this.statusOf(experiment, trained),
      states,
      spread: used.length < 2 ? null : spreadsOf(used),
      on: test?.intervals ? { pairs: test.pairs, units: test.intervals.units, over: test.intervals.over } : null,
      problem: leftOut(states, used),
      stale: snapshot !== undefined && snapshot !== experiment.snapshot,
    };
  }

  private stateOf(seed: number, trained: Trained | undefined): SeedState {
    if (!trained) return { seed, run: null, status: null, removed: false, error: null, stopped: false, figures: {} };
    const { run, removed } = trained;
    const test = testMetrics(run);
    const recall = run.status === 'done' ? this.ports.recallOf(run.run) : null;
    const validAuc = validationAuc(run)?.auc;
    return {
      ...{ seed, run: run.run, status: run.status, removed, error: run.status === 'failed' ? run.error : null },
      stopped: stoppedAfter(run) !== null,
      figures: {
        ...(test && { auc: test.auc, accuracy: test.accuracy, eer: test.eer, threshold: test.threshold }),
        ...(recall !== null && { recall1: recall }),
        ...(validAuc !== undefined && { validAuc }),
      },
    };
  }

  /** The pairs that most finished runs were evaluated on, the newest evaluation among equals; null without any. */
  private sharedPairs(trained: readonly Trained[]): string | null {
    const counts = new Map<string, number>();
    for (const { run, removed } of trained) {
      const pairSet = testMetrics(run)?.pairSet;
      if (run.status === 'done' && !removed && pairSet !== undefined) counts.set(pairSet, (counts.get(pairSet) ?? 0) + 1);
    }
    return [...counts].toSorted(([, a], [, b]) => b - a)[0]?.[0] ?? null;
  }

  /** The seeds whose figures can be averaged: finished, not removed, on these pairs. */
  private figuresOf(states: readonly SeedState[], pairSet: string): SeedState[] {
    const isOn = ({ run }: SeedState): boolean => run !== null && testMetrics(this.ports.runs.get(run))?.pairSet === pairSet;
    return states.filter((state) => isTrained(state) && isOn(state));
  }

  private statusOf({ experiment, seeds }: ExperimentRecord, trained: ReadonlyMap<number, Trained>): ExperimentStatus {
    const runs = [...trained.values()].filter(({ removed }) => !removed).map(({ run }) => run.status);
    if (this.isTraining(experiment) || runs.includes('running')) return 'running';
    if (!seeds.some((seed) => needsTraining(trained.get(seed)))) return 'done';
    return (['failed', 'cancelled'] as const).find((status) => runs.includes(status)) ?? 'interrupted';
  }
}

const needsTraining = (trained: Trained | undefined): boolean => trained === undefined || (!trained.removed && trained.run.status !== 'done');

/** Of the figures that all seeds have. */
const spreadsOf = (used: readonly SeedState[]): Partial<Record<FigureName, Spread>> =>
  Object.fromEntries(
    FIGURES.flatMap((figure) => {
      const values = used.flatMap(({ figures }) => figures[figure] ?? []);
      const spread = values.length === used.length ? spreadOf(values, BOUNDS[figure]) : null;
      return spread === null ? [] : [[figure, spread] as const];
    }),
  );

/** Finished seeds whose figures are missing or of other pairs. */
function leftOut(states: readonly SeedState[], used: readonly SeedState[]): ExperimentRow['problem'] {
  const others = states.filter((state) => isTrained(state) && !used.includes(state));
  if (others.length === 0) return null;
  const runs = others.map(({ run }) => run!);
  if (used.length === 0) return { sentence: 'No seed is evaluated on test pairs.', evaluate: runs };
  const [noun, verb] = others.length === 1 ? ['Run', 'is'] : ['Runs', 'are'];
  return {
    sentence: `${noun} ${listText(runs.map(runNumber))} ${verb} not evaluated on the test pairs of the other seeds, so ${verb} left out of the mean. Evaluate ${others.length === 1 ? 'it' : 'them'} again.`,
    evaluate: runs,
  };
}
