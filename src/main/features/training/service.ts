import type { TrainRequest as TrainChoices } from '../../../shared/contract.ts';
import { AppError, asAppError } from '../../../shared/errors.ts';
import type { RunRecord, RunSession } from '../../../shared/run.ts';
import type { ComputeHost } from '../../compute/host/compute-host.ts';
import type { CacheFolders, ModelRef, TrainProgress } from '../../compute/protocol/protocol.ts';
import { whyUntrainable } from '../dataset/curated.ts';
import type { SetRows } from '../dataset/rows.ts';
import type { Store } from '../../db/store.ts';
import type { FetchProgress } from '../../nn/weights/download.ts';
import { versions } from '../../foundation/versions.ts';
import type { Workspace } from '../../foundation/workspace.ts';
import type { ResumeChanges } from '../models/devices.ts';
import { backboneFor, configFor } from './defaults.ts';
import { refuseOutdated } from './network.ts';
import { findWeights } from './weights.ts';

export interface TrainingServices {
  store: Store;
  rows: SetRows;
  compute: ComputeHost;
  workspace: Workspace;
  catalogue: string;
}

export interface TrainingOptions {
  signal?: AbortSignal | undefined;
  /** Told as soon as the run stands in the store as 'running'. */
  onCreated?: ((run: RunRecord) => void) | undefined;
  onProgress?: ((p: TrainProgress | ({ kind: 'download' } & FetchProgress)) => void) | undefined;
}

export const cachesOf = (workspace: Workspace): CacheFolders => ({ features: workspace.features, pixels: workspace.pixels });
export const modelOf = (workspace: Workspace, run: RunRecord): ModelRef => ({ folder: workspace.run(run.run), config: run.config });

/** Whether the data set was curated since the run began. */
export const isStale = (store: Store, run: RunRecord): boolean => store.datasets.get(run.dataset).snapshot !== run.snapshot;

/** Trains a new run to its end. A run that fails or is cancelled stays, with what it reached, and can be resumed. */
export async function startRun(s: TrainingServices, choices: TrainChoices, o: TrainingOptions): Promise<RunRecord> {
  const dataset = s.store.datasets.get(choices.dataset);
  const untrainable = whyUntrainable(dataset);
  if (untrainable !== null) throw new AppError('bad-dataset', untrainable, { dataset: dataset.dataset });
  const weights = choices.weights
    ? await findWeights(choices.weights, backboneFor(choices), {
        catalogue: s.catalogue,
        cache: s.workspace.weights,
        compute: s.compute,
        signal: o.signal,
        onProgress: (p) => o.onProgress?.({ kind: 'download', ...p }),
      })
    : null;
  const config = configFor(choices, weights?.info ?? null);
  const run = s.store.runs.create({ dataset: dataset.dataset, snapshot: dataset.snapshot, config, versions: versions() });
  return carryOut(s, run, weights?.path ?? null, false, o);
}

/** Goes on with a run from its last whole epoch. What is changed of its settings holds as soon as the next epoch is done. */
export async function resumeRun(s: TrainingServices, id: string, changes: ResumeChanges, o: TrainingOptions): Promise<RunRecord> {
  const run = s.store.runs.get(id);
  if (run.epochs.length === 0) throw new AppError('bad-request', `Run ${id} did not finish an epoch, so there is nothing to resume. Train again.`);
  refuseOutdated(s.workspace, run);
  if (isStale(s.store, run)) {
    throw new AppError(
      'bad-request',
      `The data set was changed since run ${id} began: going on would mix two data sets in one run. Start a new one with the same settings, or undo the changes.`,
      { run: id },
    );
  }
  const config = { ...run.config, ...changes };
  if (run.status === 'done' && config.epochs <= run.epochs.length) {
    throw new AppError('bad-request', `Run ${id} is done with all its ${run.epochs.length} epochs. To train it further, ask for more epochs.`);
  }
  const sessions = run.sessions.length ? run.sessions : [{ ...sessionOf(run), firstEpoch: 1 }]; // of before they were kept
  const begun = s.store.runs.update(id, { config, sessions, status: 'running', error: null, finishedMs: null });
  try {
    return await carryOut(s, begun, null, true, o);
  } catch (error) {
    // On a device that can't be used, say: then nothing of the run was computed there, and it is judged and resumed where it was.
    if (s.store.runs.get(id).epochs.length === run.epochs.length) s.store.runs.update(id, { config: run.config, sessions });
    throw error;
  }
}

async function carryOut(s: TrainingServices, run: RunRecord, weightsPath: string | null, resume: boolean, o: TrainingOptions): Promise<RunRecord> {
  const { runs, datasets } = s.store;
  const { name, root } = datasets.place(run.dataset);
  const id = run.run;
  o.onCreated?.(run);
  const began = performance.now();
  const secondsBefore = run.seconds;
  const sessions = [...run.sessions, sessionOf(run)];
  runs.update(id, { sessions });
  try {
    await s.compute.ready(); // it loads what it computes with while the rows are read
    const { snapshot, ...rows } = await s.rows.training(run.dataset);
    if (snapshot !== run.snapshot) {
      throw new AppError('bad-request', `${name} was changed while this training began, so nothing was trained. Start it again.`, { run: id });
    }
    if (new Set(rows.validPairs.filter((_, i) => i % 3 === 2)).size < 2) {
      throw new AppError(
        'bad-dataset',
        `The validation images of ${name} give no pairs of both kinds, so no network can be chosen. Import more images in each class.`,
      );
    }
    const request = {
      model: modelOf(s.workspace, run),
      weightsPath,
      caches: cachesOf(s.workspace),
      root,
      ...rows,
      resume,
    };
    const onProgress = (p: TrainProgress): void => {
      if (p.kind === 'parts') runs.update(id, { sessions: [...sessions.slice(0, -1), { ...sessions.at(-1)!, partPairs: p.partPairs }] });
      if (p.kind === 'epoch') {
        runs.appendEpoch(id, p.row);
        if (p.row.best) runs.update(id, { bestEpoch: p.row.epoch });
      }
      o.onProgress?.(p);
    };
    const { seconds, stoppedEarly: _, ...found } = await s.compute.ask('train', request, { signal: o.signal, onProgress });
    return runs.update(id, { ...found, status: 'done', seconds: secondsBefore + seconds, finishedMs: Date.now() });
  } catch (error) {
    const known = asAppError(error);
    const status = known.code === 'cancelled' ? 'cancelled' : known.code === 'compute-lost' ? 'interrupted' : 'failed';
    runs.update(id, { status, error: known.message, seconds: secondsBefore + (performance.now() - began) / 1000, finishedMs: Date.now() });
    throw new AppError(known.code, known.message, { ...known.details, run: id }, error);
  }
}

/** The one that begins now. */
const sessionOf = ({ config: { engine, device, batch }, epochs }: RunRecord): RunSession => ({
  firstEpoch: epochs.length + 1,
  ...{ engine, device, batch },
  partPairs: null,
});
