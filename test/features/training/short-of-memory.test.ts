import { expect, test, vi } from 'vitest';
import { Importer } from '../../../src/main/features/dataset/import.ts';
import type { ComputeHost } from '../../../src/main/compute/host/compute-host.ts';
import { handlers } from '../../../src/main/compute/process/handlers.ts';
import { readModel } from '../../../src/main/compute/model/checkpoint.ts';
import type { RunRecord } from '../../../src/shared/run.ts';
import { trainingWith } from './training-in-process.ts';
import { CLI, drawColours, hasBuild, scratch } from '../../doors/cli/kit.ts';
import { freshWorkspace, storeAt } from '../../db/kit.ts';
import { relativeError } from '../../nn/reference.ts';

// The real sessions, but for this: a training step on more pairs than `room` meets onnxruntime's words for want of memory.
const memory = vi.hoisted(() => ({ room: Infinity }));
vi.mock('../../../src/main/nn/engines/onnx-session.ts', async (original) => {
  const real = await original<typeof import('../../../src/main/nn/engines/onnx-session.ts')>();
  const { explainDeviceError } = await import('../../../src/main/nn/engines/device-error.ts');
  const runSession: typeof real.runSession = (session, device, feeds, fetches) =>
    feeds['labels'] && feeds['labels'].dims[0]! > memory.room
      ? Promise.reject(explainDeviceError(device, new Error('std::bad_alloc')) as Error)
      : real.runSession(session, device, feeds, fetches);
  return { ...real, runSession };
});

/** Compute without a process of its own, so that the stand-in is met. */
const here = {
  ready: () => Promise.resolve(),
  ask: (call: keyof typeof handlers, args: never, { signal = new AbortController().signal, onProgress = () => undefined }: AskOptions = {}) =>
    handlers[call](args, { signal, progress: onProgress }),
} as unknown as ComputeHost;
interface AskOptions {
  signal?: AbortSignal | undefined;
  onProgress?: (p: unknown) => void;
}

test.skipIf(!hasBuild)('a run whose steps find too little memory ends as any other, and its record says how (needs the build)', async () => {
  process.argv[1] = CLI; // the thread that reads pictures is found beside the program
  const workspace = freshWorkspace();
  const store = storeAt(workspace);
  const training = trainingWith(here, store, workspace);
  const folder = scratch('colours');
  await drawColours(folder, 12);
  const { dataset } = await new Importer(store, here).import({ folder, name: 'colours' }, {});
  const trained = (): Promise<RunRecord> =>
    training.start({ dataset, size: 16, batch: 6, epochs: 2, seed: 3, batchNorm: 'frozen', optimizer: 'sgd', device: 'cpu' }, {});
  const whole = await trained();
  memory.room = 2;
  const parted = await trained();
  const session = { firstEpoch: 1, engine: 'onnx', device: 'cpu', batch: 6 };
  expect(whole.sessions).toEqual([{ ...session, partPairs: null }]);
  expect(parted.sessions).toEqual([{ ...session, partPairs: 2 }]);
  const [one, other] = [whole, parted].map(({ run, config }) => readModel(workspace.run(run), config));
  // A distance does not change with the last bias: its gradient is rounding noise only.
  for (const [name, { data }] of one!) if (name !== 'fc.2.bias') expect(relativeError(other!.get(name)!.data, data), name).toBeLessThan(1e-5);
});
