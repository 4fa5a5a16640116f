import { describe, expect, test } from 'vitest';
import { relu } from '../../../src/main/nn/functional/activations.ts';
import { batchNorm } from '../../../src/main/nn/functional/batch-norm.ts';
import { globalMean } from '../../../src/main/nn/functional/global-mean.ts';
import { ProgramBuilder } from '../../../src/main/nn/ir/build/builder.ts';
import { differentiate } from '../../../src/main/nn/ir/build/differentiate.ts';
import type { Program } from '../../../src/main/nn/ir/program.ts';
import type { Value } from '../../../src/main/nn/ir/value.ts';
import { blockedLayout } from '../../../src/main/nn/passes/blocked-layout.ts';

// test/nn/layouts.test.ts and every gradient test "in blocked layout" show that a step has the same numbers in both layouts.

const SAME = { stride: 1, pads: [1, 1, 1, 1], groups: 1 } as const;
const count = ({ instructions }: Program, name: string): number => instructions.filter(({ operation }) => operation.name === name).length;
const names = ({ instructions }: Program): string[] => instructions.map(({ operation }) => operation.name);

const network = (write: (b: ProgramBuilder, x: Value, kernel: (channels: number) => Value) => Value, channels = 16): Program => {
  const b = new ProgramBuilder();
  const kernel = (c: number): Value => b.input(`w${b.inputs.size}`, [c, c, 3, 3]);
  b.output('y', write(b, b.input('x', [2, channels, 4, 4]), kernel));
  return b;
};

describe('blocked layout', () => {
  test('is passed from convolution to convolution: a map is converted once at the input and once at the output', () => {
    const program = network((b, x, kernel) => {
      const y = relu(b, b.conv(x, kernel(16), SAME));
      return b.add(y, b.conv(y, kernel(16), SAME));
    });
    const blocked = blockedLayout(program, 8);
    expect(count(blocked, 'blockedConv')).toBe(2);
    expect(count(blocked, 'conv')).toBe(0);
    expect(count(blocked, 'reorderInput')).toBe(1 + 2); // x, and the kernels
    expect(count(blocked, 'reorderOutput')).toBe(1);
    expect(names(blocked).at(-1)).toBe('reorderOutput');
  });

  test('is not used if channels do not fill blocks', () => {
    const program = network((b, x, kernel) => b.conv(x, kernel(12), SAME), 12);
    expect(names(blockedLayout(program, 8))).toEqual(['conv']);
  });

  test('is converted once for all readers that need row-major', () => {
    const program = network((b, x, kernel) => {
      const y = b.conv(x, kernel(16), SAME);
      return b.add(globalMean(b, y), b.max(y, [2, 3]));
    });
    expect(count(blockedLayout(program, 16), 'reorderOutput')).toBe(1);
  });

  test('reads an image of three channels row-major, as the blocked operator does', () => {
    const b = new ProgramBuilder();
    b.output('y', b.conv(b.input('x', [2, 3, 8, 8]), b.input('w', [16, 3, 3, 3]), SAME));
    const blocked = blockedLayout(b, 8);
    const conv = blocked.instructions.find(({ operation }) => operation.name === 'blockedConv')!;
    expect(conv.inputs[0]).toBe(b.inputs.get('x'));
  });

  test('writes a batch norm and its gradient as convolutions of one tap per channel, three forward and three back', () => {
    const b = new ProgramBuilder();
    const [x, w, gamma, beta] = [[16, 16, 4, 4], [16, 1, 3, 3], [16], [16]].map((shape, i) => b.input(`x${i}`, shape)) as [
      Value,
      Value,
      Value,
      Value,
    ];
    const y = b.conv(x, w, { ...SAME, groups: 16 });
    const normal = batchNorm(b, y, gamma, beta, { epsilon: 1e-5 })[0];
    const { program, gradients } = differentiate(b, normal, [y, gamma, beta]);
    program.output('y', normal);
    gradients.forEach((gradient, i) => {
      program.output(`d${i}`, gradient!);
    });
    const blocked = blockedLayout(program, 8);
    expect(count(blocked, 'blockedConv')).toBe(1 + 3 + 3); // the convolution itself; centred, variance, y; sum of products, dx in two
    expect(count(blocked, 'blockedMean')).toBe(2);
    expect(names(blocked)).not.toContain('sub');
  });

  test('computes the gradient of a strided input in one convolution for each phase of its positions', () => {
    const b = new ProgramBuilder();
    const [g, w] = [b.input('g', [2, 16, 3, 3]), b.input('w', [16, 16, 3, 3])];
    b.output('d', b.convInputGradient(g, w, { stride: 2, pads: [1, 1, 1, 1], groups: 1 }, [6, 6]));
    expect(count(blockedLayout(b, 8), 'blockedConv')).toBe(4);
    expect(names(blockedLayout(b, 32))).toEqual(['convInputGradient']);
  });

  test('computes the gradient of a kernel of one tap by matrix products below 16 channels per block', () => {
    const b = new ProgramBuilder();
    const [x, g] = [b.input('x', [16, 16, 3, 3]), b.input('g', [16, 16, 3, 3])];
    b.output('d', b.convKernelGradient(x, g, { stride: 1, pads: [0, 0, 0, 0], groups: 1 }, [1, 1]));
    expect(count(blockedLayout(b, 16), 'blockedConv')).toBe(1);
    expect(names(blockedLayout(b, 8))).toEqual(['convKernelGradient']);
  });
});
