import { describe, expect, test } from 'vitest';
import { withGradient } from '../../../src/main/nn/functional/with-gradient.ts';
import { ProgramBuilder } from '../../../src/main/nn/ir/build/builder.ts';
import { differentiate } from '../../../src/main/nn/ir/build/differentiate.ts';

describe('differentiate', () => {
  test('returns null for a value without influence on the result, and leaves the program unchanged', () => {
    const b = new ProgramBuilder();
    const [x, y] = [b.input('x', [2]), b.input('y', [2])];
    const z = b.exp(x);
    const before = b.instructions.length;
    const { program, gradients } = differentiate(b, z, [x, y]);
    expect(gradients[0]!.shape).toEqual([2]);
    expect(gradients[1]).toBeNull();
    expect(b.instructions).toHaveLength(before);
    expect(program.instructions.length).toBeGreaterThan(before);
  });

  test('adds up the gradients of several paths', () => {
    const b = new ProgramBuilder();
    const x = b.input('x', [2]);
    const { program, gradients } = differentiate(b, b.add(b.exp(x), b.sqrt(x)), [x]);
    const last = program.instructions.at(-1)!;
    expect(last.operation.name).toBe('add');
    expect(last.outputs[0]).toBe(gradients[0]);
  });

  test('computes no gradient of inputs that are not requested', () => {
    const b = new ProgramBuilder();
    const [x, w] = [b.input('x', [2, 3, 4, 4]), b.input('w', [5, 3, 3, 3])];
    const y = b.conv(x, w, { stride: 1, pads: [1, 1, 1, 1], groups: 1 });
    const names = differentiate(b, y, [w]).program.instructions.map(({ operation }) => operation.name);
    expect(names).toEqual(['conv', 'convKernelGradient']);
  });

  const cube = withGradient(
    (b, [x], _options: null) => ({ outputs: [b.mul(b.square(x!), x!), b.square(x!)], saved: {} }),
    (b, { inputs: [x], gradient, needs }) => [needs[0] ? b.mul(gradient, b.scale(b.square(x!), 3)) : null],
  );

  test('uses a function’s own rule instead of those of its primitives', () => {
    const b = new ProgramBuilder();
    const x = b.input('x', [2]);
    const [y] = cube(b, [x], null);
    const before = b.instructions.length;
    const { program } = differentiate(b, y!, [x]);
    expect(program.instructions.slice(before).map(({ operation }) => operation.name)).toEqual(['mul', 'mul', 'mul']);
  });

  test('refuses a gradient of a side result of such a function', () => {
    const b = new ProgramBuilder();
    const x = b.input('x', [2]);
    const [, side] = cube(b, [x], null);
    expect(() => differentiate(b, b.exp(side!), [x])).toThrow('Only the first output');
  });
});
