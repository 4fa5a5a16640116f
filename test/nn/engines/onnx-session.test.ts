import { expect, test } from 'vitest';
import { compileProgram } from '../../../src/main/nn/engines/onnx.ts';
import { ProgramBuilder } from '../../../src/main/nn/ir/build/builder.ts';

const MEGABYTE = 2 ** 20;

test('a compiled network leaves no serialised copy of its weights behind, and still has them', async () => {
  const weights = new Float32Array(MEGABYTE).fill(3); // 4 MiB
  const b = new ProgramBuilder();
  const x = b.input('x', [MEGABYTE]);
  b.output('y', b.add(x, b.constant(weights, [MEGABYTE])));
  const before = process.memoryUsage().arrayBuffers;
  const network = await compileProgram(b, 'cpu');
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(MEGABYTE);
  const { y } = await network.run({ x: new Float32Array(MEGABYTE).fill(2) });
  expect(y!.every((value) => value === 5)).toBe(true);
  await network.dispose();
});
