import { expect, test } from 'vitest';
import { Emitter } from '../../../src/main/nn/emit.ts';
import { compileProgram } from '../../../src/main/nn/engines/onnx.ts';

test.each(['cpu', 'webgpu'] as const)(
  'what is above 0 is told from what is not, down to the smallest normal number, as %s gets it',
  async (device) => {
    const values = [-Infinity, -1, -(2 ** -126), -0, 0, 2 ** -126, 1e-30, 0.5, 6, 3.4e38, Infinity];
    const e = new Emitter(device);
    e.output(e.isPositive(e.input('x', [values.length])), 'y');
    const exe = await compileProgram(e.program, 'cpu');
    const { y } = await exe.run({ x: Float32Array.from(values) });
    await exe.dispose();
    expect([...y!]).toEqual(values.map((v) => (v > 0 ? 1 : 0)));
  },
);
