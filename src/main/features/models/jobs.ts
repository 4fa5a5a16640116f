import { encoderSource } from '../../../shared/encoder-name.ts';
import { AppError } from '../../../shared/errors.ts';
import { bytesText } from '../../../shared/format.ts';
import { backboneName, runNumber } from '../../../shared/run-words.ts';
import { basename, isAbsolute, join } from 'node:path';
import type { Job } from '../../../shared/job.ts';
import type { RunStore } from '../../db/runs.ts';
import { makeFolders } from '../../foundation/files.ts';
import type { EventHub } from '../../foundation/jobs/events.ts';
import type { Jobs } from '../../foundation/jobs/jobs.ts';
import type { ComputeHost } from '../../compute/host/compute-host.ts';
import { findEntry } from '../../nn/weights/catalogue.ts';
import type { FetchProgress } from '../../nn/weights/download.ts';
import type { Devices } from './devices.ts';
import type { AddEncoderRequest, ImportedEncoders } from './imported-encoders.ts';
import type { NetworkExport, Networks } from './networks.ts';
import type { AddWeights } from './added-weights.ts';
import type { WeightsLibrary } from './weights.ts';

export interface ExportJobPorts {
  jobs: Pick<Jobs, 'start'>;
  runs: Pick<RunStore, 'get'>;
  networks: Pick<Networks, 'export'>;
  exports: string; // folder
}

/** Exports a network as a job. `out`: absolute path, or a file name in the exports folder, from which a browser downloads it. */
export function startExport({ jobs, runs, networks, exports }: ExportJobPorts, request: NetworkExport): Job {
  runs.get(request.run);
  return jobs.start({ kind: 'export', title: `Exporting the network of run ${runNumber(request.run)}`, subject: request.run }, async () => {
    if (isAbsolute(request.out)) return { file: await networks.export(request) };
    makeFolders(exports);
    return { file: await networks.export({ ...request, out: join(exports, basename(request.out)) }) };
  });
}

export interface DeviceCheckPorts {
  jobs: Pick<Jobs, 'start'>;
  hub: Pick<EventHub, 'changed'>;
  devices: Pick<Devices, 'check'>;
  compute: Pick<ComputeHost, 'ask'>;
}

/** Tests every engine and device with real training steps, as a job. */
export function startDeviceCheck({ jobs, hub, devices, compute }: DeviceCheckPorts): Job {
  return jobs.start({ kind: 'doctor', title: 'Testing devices', subject: null }, async ({ signal, progress }) => {
    progress({ text: 'A few training steps on each device' });
    await devices.check(compute, signal);
    hub.changed('settings');
    return null;
  });
}

export interface FetchJobPorts {
  jobs: Pick<Jobs, 'start' | 'isRunning'>;
  hub: Pick<EventHub, 'changed'>;
  weights: Pick<WeightsLibrary, 'entries' | 'fetch'>;
}

export interface AddEncoderPorts {
  jobs: Pick<Jobs, 'start'>;
  hub: Pick<EventHub, 'changed'>;
  encoders: Pick<ImportedEncoders, 'add'>;
}

/** Tries and stores an encoder from an ONNX file as a job. */
export function startAddingEncoder({ jobs, hub, encoders }: AddEncoderPorts, request: AddEncoderRequest): Job {
  return jobs.start({ kind: 'add-model', title: `Adding ${basename(request.path)}`, subject: null }, async ({ signal, progress }) => {
    progress({ text: 'Trying the model' });
    const onProgress = ({ done, total }: { done: number; total: number }): void =>
      progress({ done, total, text: `Copying the model: ${bytesText(done)} of ${bytesText(total)}` });
    const { id } = await encoders.add(request, { signal, onProgress });
    hub.changed('models', encoderSource(id));
    return { encoder: id };
  });
}

/**
 * Downloads weights of the catalogue as a job. A cancelled or failed download continues the next time. Throws AppError 'not-found', and
 * 'bad-request' if it runs already.
 */
export function startFetch({ jobs, hub, weights }: FetchJobPorts, id: string): Job {
  const title = backboneName(findEntry(weights.entries(), id).backbone);
  if (jobs.isRunning('fetch', id)) throw new AppError('bad-request', `${title} is being downloaded already.`, { id });
  return jobs.start({ kind: 'fetch', title: `Downloading ${title}`, subject: id }, async ({ signal, progress }) => {
    const onProgress = ({ file, received, total }: FetchProgress): void =>
      progress({ done: received, total, text: `${file}: ${bytesText(received)}${total === null ? '' : ` of ${bytesText(total)}`}` });
    try {
      await weights.fetch(id, { signal, onProgress });
    } finally {
      hub.changed('models', id);
    }
    return null;
  });
}

export interface AddWeightsPorts {
  jobs: Pick<Jobs, 'start'>;
  hub: Pick<EventHub, 'changed'>;
  weights: Pick<WeightsLibrary, 'entries' | 'added'>;
}

/** Copies a weights file to the shelf as a job; result: { weights }, their id. */
export function startAddingWeights({ jobs, hub, weights }: AddWeightsPorts, request: AddWeights): Job {
  return jobs.start({ kind: 'add-model', title: `Adding ${request.title}`, subject: null }, async ({ signal, progress }) => {
    progress({ text: 'Reading all values, then copying the file' });
    const taken = weights.entries().map(({ id }) => id);
    const { id } = await weights.added.add(request, taken, signal);
    hub.changed('models', id);
    return { weights: id };
  });
}
