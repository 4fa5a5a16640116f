import { runNumber } from '../../../shared/run-words.ts';
import { experimentNumber } from '../../../shared/experiment-words.ts';
import type { ExperimentRecord } from '../../../shared/experiment.ts';
import type { TrainRequest as TrainChoices } from '../../../shared/contract.ts';
import type { DatasetSummary } from '../../../shared/dataset.ts';
import { lossInfo, samplesPerStep, trainsBySteps } from '../../../shared/losses.ts';
import { AppError, asAppError } from '../../../shared/errors.ts';
import { relationOf } from '../../../shared/pair-relation.ts';
import type { RunConfig, RunRecord, RunSession } from '../../../shared/run.ts';
import { chosenOn, trainingRule, TRAINED_ON } from '../../../shared/thresholds.ts';
import { midpointOf } from '../../../shared/calibration.ts';
import type { TrainProgress, TrainResult } from '../../compute/protocol/training.ts';
import type { ResumeChanges } from '../../domain/devices/choose-device.ts';
import type { PackedPairs } from '../../domain/pairs/packed.ts';
import { CLOSING } from '../../foundation/jobs/jobs.ts';
import { versions } from '../../foundation/versions.ts';
import type { DownloadProgress, PairCounts, TrainingPorts, WeightsOptions } from './ports.ts';
import { StartNetwork } from './start-network.ts';
import { memoryProblem, whyNoGroups, whyNoPairs, whyUntrainable } from './untrainable.ts';

export interface TrainingOptions {
  signal?: AbortSignal | undefined;
  /** Called as soon as the store has the run as 'running'. */
  onCreated?: ((run: RunRecord) => void) | undefined;
  /** 'restart': a resumed run has no complete epoch, so its training starts again. */
  onProgress?: ((p: TrainProgress | ({ kind: 'download' } & DownloadProgress) | { kind: 'restart' }) => void) | undefined;
}

type FinishedTraining = Omit<TrainResult, 'seconds' | 'stoppedEarly' | 'stoppedByHand'>;

/** Complete epochs from which a stopped training has a result. */
const ENOUGH_EPOCHS = 2;

/** Trains runs and stores their results epoch by epoch. */
export class Training {
  private readonly ports: TrainingPorts;
  private readonly network: StartNetwork;

  constructor(ports: TrainingPorts) {
    this.ports = ports;
    this.network = new StartNetwork(ports);
  }

  /**
   * Trains a new run. A failed or cancelled run keeps its epochs and can be resumed.
   * Throws AppError 'bad-dataset', 'bad-request', 'bad-weights' or 'cancelled', and as compute does.
   */
  async start(choices: TrainChoices, o: TrainingOptions): Promise<RunRecord> {
    const { weightsPath, ...settings } = await this.settingsFor(choices, o);
    const run = this.ports.runs.create({ ...settings, versions: versions() });
    return this.train(run, weightsPath, false, o);
  }

  /** Stores an experiment with these seeds, whose runs are not started yet. Throws as `start` does, before it stores anything. */
  async createExperiment(choices: TrainChoices, seeds: number[], o: TrainingOptions): Promise<ExperimentRecord> {
    const { weightsPath: _, ...settings } = await this.settingsFor(choices, o);
    return this.ports.experiments.create({ ...settings, seeds });
  }

  /** Trains a new run of an experiment, with its settings and one of its seeds. Throws as `start` does, and if the data set was changed. */
  async startSeed({ experiment, dataset, snapshot, config }: ExperimentRecord, seed: number, o: TrainingOptions): Promise<RunRecord> {
    const name = `experiment ${experimentNumber(experiment)}`;
    if (this.ports.datasets.get(dataset).snapshot !== snapshot) {
      throw new AppError(
        'bad-request',
        `The data set was changed since ${name} started, so seed ${seed} can't be trained: one experiment would mix two data sets. Start a new experiment with the same settings, or undo the changes.`,
        { experiment },
      );
    }
    const weightsPath = await this.network.samePath(config, name, downloadOptions(o));
    const run = this.ports.runs.create({ dataset, snapshot, config: { ...config, seed }, versions: versions(), experiment });
    return this.train(run, weightsPath, false, o);
  }

  /** The settings of new runs, and the file of their weights, which are downloaded if they are missing. Throws as `start` does. */
  async settingsFor(
    choices: TrainChoices,
    o: TrainingOptions,
  ): Promise<Pick<RunRecord, 'dataset' | 'snapshot' | 'config'> & { weightsPath: string | null }> {
    const dataset = this.ports.datasets.get(choices.dataset);
    const isOfClasses = choices.pairs === undefined && (choices.same ?? 'class') === 'class';
    refuse(dataset, 'dataset', isOfClasses ? whyUntrainable(dataset) : null);
    const { config, weightsPath } = await this.network.configOf(choices, dataset, this.listInfo(dataset.dataset, choices.pairs), downloadOptions(o));
    const tooLarge = memoryProblem(this.ports.memory, config);
    if (tooLarge) throw new AppError('bad-request', tooLarge.message, { field: tooLarge.field });
    refuse(dataset, 'same', whyNoGroups(dataset, config.same));
    if (!isOfClasses) {
      const counts = await this.ports.pairCounts(dataset.dataset, relationOf(config));
      refuse(dataset, config.same === 'pairs' ? 'pairs' : 'same', whyNoPairs(dataset.name, counts, config));
    }
    return { dataset: dataset.dataset, snapshot: dataset.snapshot, config, weightsPath };
  }

  /** As settingsFor, of an encoder that is not trained: the data set may have too few images or pairs for a training. */
  async encoderSettings(choices: TrainChoices, signal: AbortSignal): Promise<{ config: RunConfig; weightsPath: string | null }> {
    const dataset = this.ports.datasets.get(choices.dataset);
    return this.network.configOf(choices, dataset, null, { signal });
  }

  /**
   * Resumes a run after its last complete epoch; a run without one starts again with its settings. Changed settings are stored
   * once the next epoch has ended.
   */
  async resume(id: string, changes: ResumeChanges, o: TrainingOptions): Promise<RunRecord> {
    const { datasets, networks, runs } = this.ports;
    const run = runs.get(id);
    networks.refuseOutdated(run);
    if (datasets.get(run.dataset).snapshot !== run.snapshot) {
      throw new AppError(
        'bad-request',
        `The data set was changed since run ${runNumber(id)} started, so it can't be resumed: one run would mix two data sets. Start a new run with the same settings, or undo the changes.`,
        { run: id },
      );
    }
    const config = { ...run.config, ...changes };
    if (run.status === 'done' && !trainsBySteps(lossInfo(config.loss)))
      throw new AppError(
        'bad-request',
        `Run ${runNumber(id)} has no training steps, so there is nothing to resume. Start a new run with another loss.`,
      );
    if (run.status === 'done' && config.epochs <= run.epochs.length) {
      throw new AppError(
        'bad-request',
        `Run ${runNumber(id)} has finished all ${run.epochs.length} epochs. To train it further, choose more epochs.`,
      );
    }
    const restarts = run.epochs.length === 0 && !networks.hasCheckpoint(run); // a checkpoint without a row: main was killed between writing the two
    const weightsPath = restarts ? await this.findSameWeights(run, o) : null;
    const earlier = run.sessions.length ? run.sessions : [{ ...sessionOf(run), firstEpoch: 1 }]; // runs of older versions have no sessions
    const sessions = restarts ? [] : earlier;
    const resumed = runs.update(id, { config, sessions, status: 'running', error: null, finishedMs: null });
    try {
      if (restarts) o.onProgress?.({ kind: 'restart' });
      return await this.train(resumed, weightsPath, !restarts, o);
    } catch (error) {
      // No epoch was computed with the changes (the device may not work), so the run keeps its settings.
      const failed = runs.get(id);
      if (failed.epochs.length === run.epochs.length) {
        // A finished run whose network is unchanged stays finished: its figures are still right. The job reports the error.
        const isUnchanged = run.status === 'done' && failed.status === 'failed' && failed.calibration !== null; // else its figures were dropped
        const state = isUnchanged && { status: run.status, error: run.error, finishedMs: run.finishedMs };
        runs.update(id, { config: run.config, sessions, ...state });
      }
      throw error;
    }
  }

  /** Throws AppError 'not-found' for a list that the data set does not have. */
  private listInfo(dataset: string, list: string | undefined): RunConfig['pairs'] {
    return list === undefined ? null : this.ports.pairList(dataset, list);
  }

  /**
   * Stops the training of a run, which then ends as done with its best epoch so far; the epoch in progress is dropped. Throws AppError
   * 'bad-request' before the second complete epoch, and if the run is not being trained.
   */
  async stop(id: string): Promise<void> {
    const run = this.ports.runs.get(id);
    if (run.status === 'running' && run.epochs.length < ENOUGH_EPOCHS) {
      throw new AppError(
        'bad-request',
        `Run ${runNumber(id)} has ${run.epochs.length === 1 ? '1 complete epoch' : 'no complete epoch'}: from two on it can be stopped with a result. Cancel it instead.`,
        { run: id },
      );
    }
    const isRunning = run.status === 'running' && (await this.ports.compute.ask('stopTraining', { folder: this.ports.networks.refOf(run).folder }));
    if (!isRunning) throw new AppError('bad-request', `Run ${runNumber(id)} is not being trained.`, { run: id });
  }

  /** Path of the weights that the run started from; null if it started without. Throws AppError 'bad-weights' if they have changed. */
  findSameWeights({ run, config }: RunRecord, o: TrainingOptions): Promise<string | null> {
    return this.network.samePath(config, `run ${runNumber(run)}`, downloadOptions(o));
  }

  private async train(run: RunRecord, weightsPath: string | null, resume: boolean, o: TrainingOptions): Promise<RunRecord> {
    const { runs, datasets, networks, compute } = this.ports;
    const { name, root } = datasets.header(run.dataset);
    const id = run.run;
    o.onCreated?.(run);
    const startMs = performance.now();
    const secondsBefore = run.seconds;
    let sessions = [...run.sessions, sessionOf(run)];
    runs.update(id, { sessions });
    const stamp = networks.bestStamp(run);
    try {
      await compute.ready(); // libraries load while the rows are read
      const { snapshot, pairSet, formsPairs, ...rows } = await this.ports.trainingRows(run.dataset, relationOf(run.config), run.config.pairRecipe);
      if (snapshot !== run.snapshot) {
        throw new AppError('bad-request', `${name} was changed while this training started, so nothing was trained. Start it again.`, { run: id });
      }
      const noPairs = whyNoPairs(name, { formsPairs, valid: countsOf(rows.validPairs) }, run.config);
      if (noPairs !== null) throw new AppError('bad-dataset', noPairs);
      const request = {
        model: networks.refOf(run),
        weightsPath,
        caches: this.ports.caches,
        root,
        ...rows,
        resume,
        epochsStored: run.epochs.length,
      };
      const onProgress = (p: TrainProgress): void => {
        if (p.kind === 'parts') runs.update(id, { sessions: [...sessions.slice(0, -1), { ...sessions.at(-1)!, partPairs: p.partPairs }] });
        if (p.kind === 'recovered') sessions = runs.update(id, { sessions: startLastAfter(sessions, p.row.epoch) }).sessions;
        if (p.kind === 'epoch' || p.kind === 'recovered') {
          runs.appendEpoch(id, p.row);
          if (p.row.best) {
            runs.update(id, { bestEpoch: p.row.epoch });
            runs.dropFigures(id); // those of the network before
          }
        }
        o.onProgress?.(p);
      };
      const {
        seconds,
        stoppedEarly: _,
        stoppedByHand,
        validDistances,
        ...results
      } = await compute.ask('train', request, { signal: o.signal, onProgress });
      if (stoppedByHand) runs.update(id, { sessions: lastStopped(runs.get(id).sessions) });
      return this.finish(
        id,
        { ...results, validDistances: { ...validDistances, pairSet } },
        { seconds: secondsBefore + seconds, finishedMs: nowAfter(run) },
      );
    } catch (error) {
      if (networks.bestStamp(run) !== stamp) runs.dropFigures(id); // written, but its epoch may not have been reported
      const failure = withAdvice(asAppError(error));
      const isInterrupted = failure.code === 'compute-lost' || o.signal?.reason === CLOSING;
      const status = isInterrupted ? 'interrupted' : failure.code === 'cancelled' ? 'cancelled' : 'failed';
      runs.update(id, { status, error: failure.message, seconds: secondsBefore + (performance.now() - startMs) / 1000, finishedMs: nowAfter(run) });
      throw new AppError(failure.code, failure.message, { ...failure.details, run: id }, error);
    }
  }

  /**
   * Stores the results of a training. The same network as before keeps the threshold that was chosen for it; another one has the threshold of
   * its training, and no figures of the network before.
   */
  private finish(id: string, trained: FinishedTraining, end: Pick<RunRecord, 'seconds' | 'finishedMs'>): RunRecord {
    const { runs, thresholds } = this.ports;
    const before = runs.get(id);
    const { modelSha256, calibration } = trained;
    const key = { run: id, modelSha256 };
    const isSame = before.modelSha256 === modelSha256;
    const chosen = thresholds.of(key).at(-1);
    const isKept = chosen !== undefined && isSame && before.calibration !== null; // they may be of other pairs than this training's
    const curve = isKept ? before.calibration! : calibration;
    const run = runs.update(id, {
      ...trained,
      ...(isKept && { validDistances: before.validDistances }),
      ...(chosen && { calibration: { ...curve, midpoint: midpointOf(curve), threshold: chosen.threshold } }),
      ...(!isSame && { metrics: [] }),
      status: 'done',
      ...end,
    });
    if (chosen || !thresholds.has(id)) return run;
    const { threshold } = calibration;
    const entry = { threshold, choice: trainingRule(calibration), reason: TRAINED_ON, chosenMs: end.finishedMs ?? Date.now() };
    thresholds.add(key, [{ ...entry, testSeen: false, restored: null, chosenOn: chosenOn(trained.validDistances) }], calibration);
    return run;
  }
}

const downloadOptions = ({ signal, onProgress }: TrainingOptions): WeightsOptions => ({
  signal,
  onProgress: (p) => onProgress?.({ kind: 'download', ...p }),
});

/** Throws AppError 'bad-dataset' with the reason, if there is one. `field`: the choice to change. */
function refuse({ dataset }: DatasetSummary, field: string, reason: string | null): void {
  if (reason !== null) throw new AppError('bad-dataset', reason, { dataset, field });
}

function countsOf(pairs: PackedPairs): PairCounts['valid'] {
  const different = pairs.filter((label, i) => i % 3 === 2 && label === 1).length;
  return { same: pairs.length / 3 - different, different };
}

/** Now, but never before the run's creation: the system's clock may have been set back. */
const nowAfter = ({ createdMs }: RunRecord): number => Math.max(createdMs, Date.now());

/** Adds advice if the system killed the compute process, most often because memory was short. */
function withAdvice(error: AppError): AppError {
  const { signal, unresponsive } = error.details;
  if (error.code !== 'compute-lost' || signal !== 'SIGKILL' || unresponsive === true) return error;
  return new AppError(error.code, `${error.message} A smaller batch or image size needs less memory.`, error.details, error);
}

/** The sessions, with the last one starting after `epoch`. */
const startLastAfter = (sessions: readonly RunSession[], epoch: number): RunSession[] => [
  ...sessions.slice(0, -1),
  { ...sessions.at(-1)!, firstEpoch: epoch + 1 },
];

/** The sessions, with the last one stopped by a person. */
const lastStopped = (sessions: readonly RunSession[]): RunSession[] => [...sessions.slice(0, -1), { ...sessions.at(-1)!, stopped: true }];

/** A new session, starting after the run's last epoch. */
const sessionOf = ({ config, epochs }: RunRecord): RunSession => ({
  firstEpoch: epochs.length + 1,
  engine: config.engine,
  device: config.device,
  batch: samplesPerStep(config),
  partPairs: null,
});
