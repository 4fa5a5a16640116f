import { expect, test } from 'vitest';
import { removedRunName, runName, sessionWarnings } from '../../src/shared/run-words.ts';
import type { RunSession } from '../../src/shared/run.ts';

const session = (more: Partial<RunSession> = {}): RunSession => ({
  firstEpoch: 1,
  engine: 'onnx',
  device: 'cpu',
  batch: 16,
  partPairs: null,
  ...more,
});

test('a run is named by its name or number', () => {
  expect(runName({ run: 'r12', name: '' })).toBe('Run 12');
  expect(runName({ run: 'r12', name: 'All layers' })).toBe('All layers');
  expect(removedRunName('r12')).toBe('Run 12 (removed)');
});

test('a run without changed settings has no warnings, however often it was resumed', () => {
  expect(sessionWarnings([])).toEqual([]);
  expect(sessionWarnings([session(), session({ firstEpoch: 4 })])).toEqual([]);
});

test('changes are reported with their epoch; steps in parts once', () => {
  const found = sessionWarnings([
    session({ device: 'webgpu', partPairs: 4 }),
    session({ device: 'webgpu', firstEpoch: 3, partPairs: 4 }),
    session({ firstEpoch: 5, batch: 8 }),
    session({ firstEpoch: 7, batch: 8, engine: 'tensorflow' }),
  ]);
  expect(found).toEqual([
    expect.stringContaining('for 16 pairs at once on the GPU (WebGPU): each step was split into parts of at most 4 pairs'),
    expect.stringContaining('From epoch 5 it was trained on the CPU, before that on the GPU (WebGPU).'),
    expect.stringContaining('From epoch 5 a step had 8 pairs, before that 16'),
    expect.stringContaining('From epoch 7 it was trained on the CPU with TensorFlow, before that on the CPU.'),
  ]);
});
