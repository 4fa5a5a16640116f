import { expect, test } from 'vitest';
import { lower } from '../../src/main/nn/engines/onnx-lower.ts';
import { ProgramBuilder } from '../../src/main/nn/ir/build/builder.ts';
import { peakBytes, trainingMemory } from '../../src/main/nn/training-memory.ts';
import { someConfig } from '../db/records.ts';

test('the peak of a program is what is computed and still needed; a reshape has no copy', () => {
  const b = new ProgramBuilder();
  const x = b.input('x', [100]);
  const one = b.exp(x); // 400 bytes
  const two = b.exp(b.reshape(one, [10, 10])); // 800, then 400
  b.output('y', b.sum(two, [0, 1])); // 404
  expect(peakBytes(lower(b, {}))).toBe(800);
});

test.each([
  ['dinov2_vits14', 4, 224, 'all', 1510],
  ['dinov2_vitb14', 2, 224, 'all', 2823],
  ['dinov2_vitb14', 4, 224, 'last-stage', 1214],
  ['resnet50', 8, 224, 'all', 1918],
] as const)('%s, %i pairs of %i px, %s: within 15 %% of the measured peak', (backbone, batch, size, scope, mebibytes) => {
  const bytes = trainingMemory({ ...someConfig, backbone, batch, size, scope, batchNorm: 'frozen', loss: 'contrastive' });
  expect(Math.abs(bytes / 2 ** 20 / mebibytes - 1)).toBeLessThan(0.15);
});
