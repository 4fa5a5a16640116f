import { expect, test } from 'vitest';
import { sessionWarnings } from '../../src/shared/run-words.ts';
import type { RunSession } from '../../src/shared/run.ts';

const session = (more: Partial<RunSession> = {}): RunSession => ({
  firstEpoch: 1,
  engine: 'onnx',
  device: 'cpu',
  batch: 16,
  partPairs: null,
  ...more,
});

test('a run that computed in one way throughout has nothing to be told, however often it was resumed', () => {
  expect(sessionWarnings([])).toEqual([]);
  expect(sessionWarnings([session(), session({ firstEpoch: 4 })])).toEqual([]);
});

test('what changed is told with its epoch; steps in parts are told once', () => {
  const found = sessionWarnings([
    session({ device: 'webgpu', partPairs: 4 }),
    session({ device: 'webgpu', firstEpoch: 3, partPairs: 4 }),
    session({ firstEpoch: 5, batch: 8 }),
    session({ firstEpoch: 7, batch: 8, engine: 'tensorflow' }),
  ]);
  expect(found).toEqual([
    expect.stringContaining('did not suffice for 16 pairs at once on the GPU (WebGPU): steps were computed in parts of at most 4 pairs'),
    expect.stringContaining('From epoch 5 on it was trained on the CPU, until then on the GPU (WebGPU).'),
    expect.stringContaining('From epoch 5 on a step had 8 pairs, until then 16'),
    expect.stringContaining('From epoch 7 on it was trained on the CPU with TensorFlow, until then on the CPU.'),
  ]);
});
