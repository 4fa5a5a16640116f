import { expect, test } from 'vitest';
import { lower } from '../../../src/main/nn/engines/onnx-lower.ts';
import { compileProgram } from '../../../src/main/nn/engines/onnx.ts';
import { ProgramBuilder } from '../../../src/main/nn/ir/build/builder.ts';

test.each(['cpu', 'webgpu'] as const)('numbers above 0 are distinguished down to the smallest normal number, lowered for %s', async (device) => {
  const values = [-Infinity, -1, -(2 ** -126), -0, 0, 2 ** -126, 1e-30, 0.5, 6, 3.4e38, Infinity];
  const b = new ProgramBuilder();
  b.output('y', b.isPositive(b.input('x', [values.length])));
  const exe = await compileProgram(lower(b, { device }), 'cpu');
  const { y } = await exe.run({ x: Float32Array.from(values) });
  await exe.dispose();
  expect([...y!]).toEqual(values.map((v) => (v > 0 ? 1 : 0)));
});
