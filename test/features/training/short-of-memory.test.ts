import { expect, test, vi } from 'vitest';
import { Importer } from '../../../src/main/features/dataset/import.ts';
import { readModel } from '../../../src/main/compute/model/checkpoint.ts';
import type { RunRecord } from '../../../src/shared/run.ts';
import { computeInProcess, trainingWith } from './training-in-process.ts';
import { CLI, drawColours, hasBuild, scratch } from '../../doors/cli/kit.ts';
import { freshWorkspace, storeAt } from '../../db/kit.ts';
import { relativeError } from '../../nn/reference.ts';

// Real sessions, except that a training step on more than `limit` pairs fails with onnxruntime's out-of-memory message.
const memory = vi.hoisted(() => ({ limit: Infinity }));
vi.mock('../../../src/main/nn/engines/onnx-session.ts', async (original) => {
  const real = await original<typeof import('../../../src/main/nn/engines/onnx-session.ts')>();
  const { explainDeviceError } = await import('../../../src/main/nn/engines/device-error.ts');
  const runSession: typeof real.runSession = (session, device, feeds, fetches) =>
    feeds['labels'] && feeds['labels'].dims[0]! > memory.limit
      ? Promise.reject(explainDeviceError(device, new Error('std::bad_alloc')) as Error)
      : real.runSession(session, device, feeds, fetches);
  return { ...real, runSession };
});

test.skipIf(!hasBuild)('a run with too little memory for whole steps reaches the same network, and records the parts (needs the build)', async () => {
  process.argv[1] = CLI; // the thread that reads images is found beside the program
  const workspace = freshWorkspace();
  const store = storeAt(workspace);
  const training = trainingWith(computeInProcess, store, workspace);
  const folder = scratch('colours');
  await drawColours(folder, 12);
  const { dataset } = await new Importer(store, computeInProcess).import({ folder, name: 'colours' }, {});
  const train = (): Promise<RunRecord> =>
    training.start({ dataset, size: 16, batch: 6, epochs: 2, seed: 3, batchNorm: 'frozen', optimizer: 'sgd', device: 'cpu' }, {});
  const whole = await train();
  memory.limit = 2;
  const parted = await train();
  const session = { firstEpoch: 1, engine: 'onnx', device: 'cpu', batch: 6 };
  expect(whole.sessions).toEqual([{ ...session, partPairs: null }]);
  expect(parted.sessions).toEqual([{ ...session, partPairs: 2 }]);
  const [one, other] = [whole, parted].map(({ run, config }) => readModel({ folder: workspace.run(run), config, sha256: null, epochs: 1 }));
  // A distance does not change with the last bias: its gradient is rounding noise only.
  for (const [name, { data }] of one!) if (name !== 'fc.2.bias') expect(relativeError(other!.get(name)!.data, data), name).toBeLessThan(1e-5);
});
