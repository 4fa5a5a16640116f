import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Engine, StepResult, Trainer, TrainState } from '../../src/main/nn/engines/engine.ts';
import { contrastive } from '../../src/main/nn/losses/contrastive.ts';
import { entryOf, entryShape, siameseParams, type SiameseSpec, trainingTask } from '../../src/main/nn/siamese.ts';
import { DEVICE_UNDER_TEST, ENGINES } from './engines.ts';
import { filledTensors, hashed, relativeError } from './reference.ts';

// Real sessions, except that a batch of more than `limit` pairs fails with the engine's out-of-memory message.
const memory = vi.hoisted(() => ({ limit: Infinity, refused: 0 }));
const refuse = (images: number, message: string): void => {
  if (images <= 2 * memory.limit) return;
  memory.refused++;
  throw new Error(message);
};

vi.mock('../../src/main/nn/engines/onnx-session.ts', async (original) => {
  const real = await original<typeof import('../../src/main/nn/engines/onnx-session.ts')>();
  const { explainDeviceError } = await import('../../src/main/nn/engines/device-error.ts');
  const runSession: typeof real.runSession = (session, device, feeds, fetches) => {
    try {
      if (feeds['images']) refuse(feeds['images'].dims[0]!, 'Failed to allocate memory for requested buffer of size 1677721600');
    } catch (error) {
      return Promise.reject(explainDeviceError(device, error) as Error);
    }
    return real.runSession(session, device, feeds, fetches);
  };
  return { ...real, runSession };
});

vi.mock('../../src/main/nn/engines/tensorflow/evaluate.ts', async (original) => {
  const real = await original<typeof import('../../src/main/nn/engines/tensorflow/evaluate.ts')>();
  const evaluate: typeof real.evaluate = (tf, program, wanted, bound) => {
    const images = program.inputs.get('images')?.shape[0] ?? 0; // the update has none
    refuse(images, `OOM when allocating tensor with shape[${images},16,16,16] and type float on /job:localhost/replica:0/task:0/device:GPU:0`);
    return real.evaluate(tf, program, wanted, bound);
  };
  return { ...real, evaluate };
});

afterEach(() => Object.assign(memory, { limit: Infinity, refused: 0 }));

const SPEC: SiameseSpec = { backbone: 'compact', flavour: 'torch', size: 8, dim: 4 };
const PAIRS = 5;
/** On a device in software most of the time is for compiling shaders, so it gets the last stage. agreement.test.ts trains the whole network there. */
const SCOPE = DEVICE_UNDER_TEST ? 'last-stage' : 'all';
const PER_IMAGE = entryShape(SPEC, entryOf[SCOPE]).reduce((n, d) => n * d);

function trainer(engine: Engine, batchNorm: 'frozen' | 'batch'): Promise<Trainer> {
  const taskFor = (pairs: number): ReturnType<typeof trainingTask> =>
    trainingTask(SPEC, { scope: SCOPE, batchNorm, loss: contrastive, margin: 2, optimizer: { name: 'sgd', weightDecay: 0.01, clipNorm: 1 } }, pairs);
  const task = taskFor(2);
  const moving = new Set([...task.trainable, ...task.statistics.map(({ name }) => name)]);
  const params = filledTensors(siameseParams(SPEC));
  return engine.trainer(taskFor, params, { params: new Map([...params].filter(([name]) => moving.has(name))), slots: new Map(), step: 0 });
}

function step(t: Trainer, i: number, pairs = PAIRS): Promise<StepResult> {
  const images = Float32Array.from(hashed(`batch ${i}`, 2 * pairs * PER_IMAGE));
  return t.step({ images, labels: Float32Array.from({ length: pairs }, (_, k) => k % 2) }, pairs, 1e-2);
}

function expectSame(found: TrainState, expected: TrainState, tolerance: number): void {
  expect(found.step).toBe(expected.step);
  for (const part of ['params', 'slots'] as const) {
    for (const [name, { data }] of expected[part]) {
      // A distance does not change with the last bias: its gradient is rounding noise only.
      if (part === 'slots' && name.endsWith('fc.2.bias')) continue;
      expect.soft(relativeError(found[part].get(name)!.data, data), name).toBeLessThan(tolerance);
    }
  }
}

describe.each(ENGINES)('out of memory for a batch, $title', ({ open }) => {
  test('computes it in parts to the same numbers, and keeps their size for later steps', async () => {
    const engine = await open();
    const [whole, parted] = [await trainer(engine, 'frozen'), await trainer(engine, 'frozen')];
    const expected: StepResult[] = [];
    for (const i of [0, 1, 2]) expected.push(await step(whole, i));
    expect(expected.map((s) => s.partSize)).toEqual([PAIRS, PAIRS, PAIRS]);
    const found = [await step(parted, 0)];
    memory.limit = 2;
    found.push(await step(parted, 1));
    const { refused } = memory;
    expect(refused).toBeGreaterThanOrEqual(2); // 5 pairs, then 3
    found.push(await step(parted, 2));
    expect(memory.refused).toBe(refused);
    expect(found.map((s) => s.partSize)).toEqual([PAIRS, 2, 2]);
    found.forEach(({ loss, distances, gradientNorm }, i) => {
      expect(
        relativeError([loss, gradientNorm, ...distances], [expected[i]!.loss, expected[i]!.gradientNorm, ...expected[i]!.distances]),
      ).toBeLessThan(1e-5);
    });
    expectSame(await parted.state(), await whole.state(), 1e-5);
    await Promise.all([whole.dispose(), parted.dispose()]);
  });

  test('reports it for batch statistics, which parts would change, and continues from the state before', async () => {
    const engine = await open();
    const [whole, refused] = [await trainer(engine, 'batch'), await trainer(engine, 'batch')];
    await step(whole, 0);
    await step(refused, 0);
    memory.limit = 2;
    await expect(step(refused, 1)).rejects.toMatchObject({ code: 'engine', message: expect.stringContaining('Use a smaller batch') as string });
    await step(refused, 2, 2);
    memory.limit = Infinity;
    await step(whole, 2, 2);
    expectSame(await refused.state(), await whole.state(), 1e-6);
    await Promise.all([whole.dispose(), refused.dispose()]);
  });

  test('reports that memory is too small for a single pair', async () => {
    const t = await trainer(await open(), 'frozen');
    memory.limit = 0;
    await expect(step(t, 0)).rejects.toMatchObject({
      code: 'engine',
      message: expect.stringContaining('not have enough memory for a single pair') as string,
    });
    await t.dispose();
  });
});
