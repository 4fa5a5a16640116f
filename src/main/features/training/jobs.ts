import { basename, isAbsolute, join } from 'node:path';
import { AppError } from '../../../shared/errors.ts';
import { bytesText, durationText } from '../../../shared/format.ts';
import type { Job, JobProgress } from '../../../shared/job.ts';
import type { RunRecord } from '../../../shared/run.ts';
import type { ResumeRequest, TrainRequest } from '../../../shared/contract.ts';
import { deviceProblem, withDevice } from '../models/devices.ts';
import { makeFolders } from '../../foundation/files.ts';
import type { JobContext } from '../../foundation/jobs/jobs.ts';
import type { Workbench } from '../../workbench.ts';
import { evaluateRun } from './evaluate.ts';
import { exportRun } from './export.ts';
import { resumeRun, startRun, type TrainingOptions } from './service.ts';

type Progress = Parameters<NonNullable<TrainingOptions['onProgress']>>[0];

/** A training as a job: it waits for its turn, trains, and is judged on test pairs. */
export function startTraining(bench: Workbench, request: TrainRequest): Job {
  const { name, dataset } = bench.store.datasets.get(request.dataset);
  return bench.jobs.start({ kind: 'train', title: `Training on ${name}`, subject: dataset }, (job) =>
    inTurn(bench, job, (o) => startRun(bench, { ...request, dataset }, o)),
  );
}

/** Throws AppError 'bad-request' where the run is being trained, or where the device asked for did not pass its trial. */
export function resumeTraining(bench: Workbench, request: ResumeRequest): Job {
  const { run: id } = request;
  const run = bench.store.runs.get(id);
  const changes = withDevice(request, bench.settings.get().device, bench.devices.get());
  const { engine, device } = { ...run.config, ...changes };
  const broken = changes.device === undefined ? null : deviceProblem({ engine, device }, bench.devices.get());
  if (broken !== null) throw new AppError('bad-request', `${broken} Choose another device.`, { run: id, field: 'device' });
  if (bench.jobs.isRunning('train', id)) throw new AppError('bad-request', `Run ${id} is being trained already.`, { run: id });
  const { name } = bench.store.datasets.get(run.dataset);
  return bench.jobs.start({ kind: 'train', title: `Resuming run ${id} on ${name}`, subject: id }, (job) =>
    inTurn(bench, job, (o) => resumeRun(bench, id, changes, o)),
  );
}

async function inTurn(bench: Workbench, job: JobContext, train: (o: TrainingOptions) => Promise<RunRecord>): Promise<{ run: string }> {
  const onWait = (before: number): void => {
    job.progress({ text: `Waiting: ${before} ${before === 1 ? 'training' : 'trainings'} before it` });
  };
  return bench.trainings.take(job.signal, onWait, async () => {
    let id: string | null = null;
    const announceChange = (): void => {
      if (id !== null) bench.hub.changed('runs', id);
    };
    try {
      await bench.sets.ready();
      const { run } = await train({
        signal: job.signal,
        onCreated: (created) => {
          id = created.run;
          job.about(id);
          announceChange();
        },
        onProgress: (p) => {
          job.progress(progressOf(p));
          if (p.kind === 'epoch' && id !== null) bench.hub.emit('epoch', { run: id, row: p.row });
          if (p.kind === 'parts') announceChange(); // stored with the run; at most a few times in a training
        },
      });
      announceChange();
      job.progress({ text: 'Evaluating on test pairs', secondsLeft: null, imagesPerSecond: null });
      await bench.sets.ready();
      await judgedOnTest(bench, run, job.signal);
      return { run };
    } finally {
      announceChange();
    }
  });
}

/** A data set may have no test pairs to judge on: the run is no worse for it. */
async function judgedOnTest(bench: Workbench, run: string, signal: AbortSignal): Promise<void> {
  try {
    await evaluateRun(bench, run, 'test', signal);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'bad-dataset') throw error;
  }
}

/** `done` and `total` count epochs, with the part of one that is done. */
export function progressOf(p: Progress): Partial<JobProgress> {
  switch (p.kind) {
    case 'download': {
      const of = p.total === null ? '' : ` of ${bytesText(p.total)}`;
      return { done: p.received, total: p.total, text: `Downloading weights, ${p.file}: ${bytesText(p.received)}${of}` };
    }
    case 'prepare':
      return { done: p.done, total: p.total, text: `Reading images: ${p.done} of ${p.total}` };
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

export function startEvaluation(bench: Workbench, run: string, split: 'test' | 'valid'): Job {
  bench.store.runs.get(run);
  const name = split === 'test' ? 'test' : 'validation';
  return bench.jobs.start({ kind: 'evaluate', title: `Evaluating run ${run} on ${name} pairs`, subject: run }, async ({ signal }) => {
    await evaluateRun(bench, run, split, signal);
    bench.hub.changed('runs', run);
    return { run };
  });
}

/** `out`: a file, or a plain name in the workspace's exports folder, from where a browser downloads it. */
export function startExport(bench: Workbench, request: { run: string; format: 'onnx' | 'safetensors'; out: string }): Job {
  bench.store.runs.get(request.run);
  const { exports } = bench.workspace;
  return bench.jobs.start({ kind: 'export', title: `Exporting the network of run ${request.run}`, subject: request.run }, async () => {
    if (isAbsolute(request.out)) return { file: await exportRun(bench, request) };
    makeFolders(exports);
    return { file: await exportRun(bench, { ...request, out: join(exports, basename(request.out)) }) };
  });
}
