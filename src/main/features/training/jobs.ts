import { runNumber } from '../../../shared/run-words.ts';
import { AppError } from '../../../shared/errors.ts';
import type { ResumeRequest, TrainRequest } from '../../../shared/contract.ts';
import { bytesText, countText, durationText } from '../../../shared/format.ts';
import type { Job, JobProgress } from '../../../shared/job.ts';
import type { RunRecord } from '../../../shared/run.ts';
import type { DeviceReport, Settings } from '../../../shared/workbench.ts';
import { SAMPLE_TRAINING } from '../../../shared/sample.ts';
import { experimentNumber } from '../../../shared/experiment-words.ts';
import type { DatasetStore } from '../../db/datasets.ts';
import type { ExperimentStore } from '../../db/experiments.ts';
import type { RunStore } from '../../db/runs.ts';
import { deviceProblem, withDevice } from '../../domain/devices/choose-device.ts';
import type { EventHub } from '../../foundation/jobs/events.ts';
import type { JobContext, Jobs } from '../../foundation/jobs/jobs.ts';
import { SerialQueue } from '../../foundation/jobs/serial-queue.ts';
import type { Experiments } from './experiments.ts';
import { SeedProgress } from './seed-progress.ts';
import type { Training, TrainingOptions } from './training.ts';

type Progress = Parameters<NonNullable<TrainingOptions['onProgress']>>[0];

export interface TrainingJobPorts {
  jobs: Pick<Jobs, 'start' | 'isRunning'>;
  hub: Pick<EventHub, 'changed' | 'emit'>;
  runs: Pick<RunStore, 'get' | 'list'>;
  datasets: Pick<DatasetStore, 'get'>;
  training: Pick<Training, 'start' | 'resume' | 'stop' | 'createExperiment' | 'startSeed'>;
  experiments: Pick<Experiments, 'whileTraining' | 'isTraining' | 'resumable' | 'train'>;
  experimentRuns: Pick<ExperimentStore, 'runsOf'>;
  /** Evaluates on test and validation pairs. */
  evaluate(run: string, signal: AbortSignal): Promise<unknown>;
  /** Measures the run's neighbours and classes, if that is cheap: the run is complete without it. Throws AppError 'cancelled' only. */
  measureStructure(run: string, o: { signal: AbortSignal }): Promise<unknown>;
  /** Compares pairs of the sample data set and saves the comparisons. */
  compareSample(run: string, signal: AbortSignal): Promise<void>;
  /** Measures and stores the scale of a run's maps, if possible: the run is complete without it. Throws AppError 'cancelled' only. */
  measureMaps(run: string, o: { signal: AbortSignal; onProgress(p: { done: number; total: number }): void }): Promise<unknown>;
  /** Resolves when the pairs of every edited data set are up to date. */
  curationReady(): Promise<void>;
  /** The device setting and the results of the last device check. */
  devices(): { setting: Settings['device']; report: DeviceReport | null };
}

/** Runs trainings as jobs, one at a time, and evaluates each on test pairs at the end. */
export class TrainingJobs {
  private readonly ports: TrainingJobPorts;
  private readonly queue = new SerialQueue();

  constructor(ports: TrainingJobPorts) {
    this.ports = ports;
  }

  /** Number of running and waiting trainings. */
  get length(): number {
    return this.queue.length;
  }

  start(request: TrainRequest): Job {
    const { name, dataset } = this.ports.datasets.get(request.dataset);
    const { seeds } = request;
    if (seeds !== undefined) {
      return this.ports.jobs.start({ kind: 'train', title: `Training ${seeds.length} seeds on ${name}`, subject: dataset }, (job) =>
        this.inQueue(job, async () => {
          await this.ports.curationReady();
          const onProgress: TrainingOptions['onProgress'] = (p) => job.progress(progressOf(p));
          const { experiment } = await this.ports.training.createExperiment({ ...request, dataset }, seeds, { signal: job.signal, onProgress });
          return this.trainExperiment(job, experiment);
        }),
      );
    }
    return this.ports.jobs.start({ kind: 'train', title: `Training on ${name}`, subject: dataset }, (job) =>
      this.runInQueue(job, (o) => this.ports.training.start({ ...request, dataset }, o)),
    );
  }

  /** Trains a network on the sample data set, then compares two pairs. Null if the data set has a run already. */
  startSample(dataset: string): Job | null {
    const { jobs, runs, training, compareSample } = this.ports;
    if (runs.list().some((run) => run.dataset === dataset)) return null;
    return jobs.start({ kind: 'train', title: 'Training a network on the sample', subject: dataset }, async (job) => {
      const { run } = await this.runInQueue(job, (o) => training.start({ dataset, ...SAMPLE_TRAINING }, o));
      job.progress({ text: 'Comparing two pairs' });
      await compareSample(run, job.signal);
      return { run };
    });
  }

  /** Throws AppError 'bad-request' while the run is being trained, and for a device that failed its check. */
  resume(request: ResumeRequest): Job {
    const { runs, datasets, jobs, devices, training } = this.ports;
    const { run: id } = request;
    const run = runs.get(id);
    const { setting, report } = devices();
    const changes = withDevice(request, setting, report);
    const { engine, device } = { ...run.config, ...changes };
    const problem = changes.device === undefined ? null : deviceProblem({ engine, device }, report);
    if (problem !== null) throw new AppError('bad-request', `${problem} Choose another device.`, { run: id, field: 'device' });
    if (jobs.isRunning('train', id)) throw new AppError('bad-request', `Run ${runNumber(id)} is being trained already.`, { run: id });
    if (run.experiment !== undefined && this.ports.experiments.isTraining(run.experiment)) {
      const name = `Experiment ${experimentNumber(run.experiment)}`;
      throw new AppError('bad-request', `${name} is in progress and continues run ${runNumber(id)} after the seeds before it.`, { run: id });
    }
    const { name } = datasets.get(run.dataset);
    return jobs.start({ kind: 'train', title: `Resuming run ${runNumber(id)} on ${name}`, subject: id }, (job) =>
      this.runInQueue(job, (o) => training.resume(id, changes, o)),
    );
  }

  /**
   * Trains the seeds of an experiment that are not finished. Throws AppError 'not-found', and 'bad-request' while it is being trained or if
   * all seeds are finished.
   */
  resumeExperiment(id: string): Job {
    const { experiments, datasets, jobs } = this.ports;
    const { dataset } = experiments.resumable(id);
    const { name } = datasets.get(dataset);
    const title = `Resuming experiment ${experimentNumber(id)} on ${name}`;
    return jobs.start({ kind: 'train', title, subject: id }, (job) =>
      experiments.whileTraining(id, () => this.inQueue(job, () => this.trainExperiment(job, id))),
    );
  }

  /** Throws as Training.stop does. */
  stop(run: string): Promise<void> {
    return this.ports.training.stop(run);
  }

  private runInQueue(job: JobContext, train: (o: TrainingOptions) => Promise<RunRecord>): Promise<{ run: string }> {
    return this.inQueue(job, () => this.trainOne(job, train));
  }

  /** Runs work after the running and the waiting trainings, which wait for it in turn. */
  inQueue<T>(job: JobContext, work: () => Promise<T>): Promise<T> {
    const onWait = (before: number): void => {
      job.progress({ text: before === 1 ? 'Waiting for the running training to end' : `Waiting: 1 running and ${before - 1} waiting before it` });
    };
    return this.queue.run(job.signal, onWait, work);
  }

  /** Trains the seeds of an experiment that are not finished, within one turn of the queue. */
  private async trainExperiment(job: JobContext, id: string): Promise<{ run: string; experiment: string }> {
    const progress = new SeedProgress(job);
    await this.ports.experiments.train(id, {
      trainOne: (step, train) => this.trainOne(progress.contextOf(step), train),
      complete: (step, run) => this.complete(progress.contextOf(step), run),
    });
    return { experiment: id, run: this.ports.experimentRuns.runsOf(id)[0]!.run };
  }

  /** Trains a run and computes its figures. */
  private async trainOne(job: JobContext, train: (o: TrainingOptions) => Promise<RunRecord>): Promise<{ run: string }> {
    const { hub, curationReady } = this.ports;
    let id: string | null = null;
    let hasEarlierFigures = false; // of a resumed run, dropped with its next best epoch
    const announceChange = (): void => {
      if (id !== null) hub.changed('runs', id);
    };
    try {
      await curationReady();
      const { run } = await train({
        signal: job.signal,
        onCreated: (created) => {
          id = created.run;
          hasEarlierFigures = created.calibration !== null;
          job.setSubject(id);
          announceChange();
        },
        onProgress: (p) => {
          job.progress(progressOf(p));
          if (p.kind === 'epoch' && id !== null) hub.emit('epoch', { run: id, row: p.row });
          if (p.kind === 'epoch' && p.row.best && hasEarlierFigures) {
            hasEarlierFigures = false;
            announceChange();
          }
          if (p.kind === 'parts' || p.kind === 'recovered') announceChange(); // stored with the run; happens rarely
        },
      });
      announceChange();
      await this.complete(job, run);
      return { run };
    } finally {
      announceChange();
    }
  }

  /** Computes the figures of a trained run. */
  private async complete(job: JobContext, run: string): Promise<void> {
    const announceChange = (): void => this.ports.hub.changed('runs', run);
    job.progress({ text: 'Evaluating on test and validation pairs', secondsLeft: null, imagesPerSecond: null });
    await this.ports.curationReady();
    await this.evaluateOnTest(run, job.signal);
    announceChange();
    await this.ports.measureStructure(run, { signal: job.signal });
    announceChange();
    await this.measureMaps(run, job);
  }

  private async measureMaps(run: string, { signal, progress }: JobContext): Promise<void> {
    const onProgress = ({ done, total }: { done: number; total: number }): void =>
      progress({ done, total, text: `Measuring the colour scale of the maps: pair ${done} of ${total}` });
    await this.ports.measureMaps(run, { signal, onProgress });
  }

  /** Without test pairs the run has no test metrics, which is not an error. */
  private async evaluateOnTest(run: string, signal: AbortSignal): Promise<void> {
    try {
      await this.ports.evaluate(run, signal);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'bad-dataset') throw error;
    }
  }
}

/** A job's progress. During the epochs `done` and `total` count epochs, and `done` includes the fraction of the current one. */
export function progressOf(p: Progress): Partial<JobProgress> {
  switch (p.kind) {
    case 'download': {
      const of = p.total === null ? '' : ` of ${bytesText(p.total)}`;
      return { done: p.received, total: p.total, text: `Downloading weights, ${p.file}: ${bytesText(p.received)}${of}` };
    }
    case 'prepare':
      return { done: p.done, total: p.total, text: `Reading images: ${countText(p.done)} of ${countText(p.total)}` };
    case 'step':
      return {
        done: p.epoch - 1 + p.done / p.total,
        total: p.epochs,
        text: `Epoch ${p.epoch} of ${p.epochs}`,
        imagesPerSecond: p.imagesPerSecond,
        secondsLeft: p.secondsLeft,
      };
    case 'parts':
      return { text: `Low memory: ${p.partPairs === 1 ? '1 pair' : `${p.partPairs} pairs`} at a time` };
    case 'restart':
      return { text: 'No epoch was finished: starting again with the same settings' };
    case 'recovered':
      return { text: `Restored epoch ${p.row.epoch} from the checkpoint` };
    case 'epoch':
      return {
        done: p.row.epoch,
        total: p.epochs,
        text: `Epoch ${p.row.epoch} of ${p.epochs} done in ${durationText(p.row.seconds)}`,
        imagesPerSecond: p.row.imagesPerSecond,
        secondsLeft: p.secondsLeft,
      };
    default:
      return p satisfies never;
  }
}
