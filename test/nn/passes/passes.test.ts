import { describe, expect, test } from 'vitest';
import { foldBatchNorm } from '../../../src/main/nn/functional/batch-norm.ts';
import { ProgramBuilder } from '../../../src/main/nn/ir/build/builder.ts';
import { differentiate } from '../../../src/main/nn/ir/build/differentiate.ts';
import { print } from '../../../src/main/nn/ir/build/print.ts';
import type { Program } from '../../../src/main/nn/ir/program.ts';
import { bindParams } from '../../../src/main/nn/passes/bind-params.ts';
import { cancelReshapes } from '../../../src/main/nn/passes/cancel-reshapes.ts';
import { expand } from '../../../src/main/nn/passes/expand.ts';
import { orderSinks } from '../../../src/main/nn/passes/order-sinks.ts';
import { poolPositions } from '../../../src/main/nn/passes/pool-positions.ts';
import { prune } from '../../../src/main/nn/passes/prune.ts';

const names = ({ instructions }: Program): string[] => instructions.map(({ operation }) => operation.name);

describe('prune', () => {
  test('removes instructions and constants that no output needs, and keeps inputs', () => {
    const b = new ProgramBuilder();
    const [x, y] = [b.input('x', [2]), b.input('y', [2])];
    b.exp(y);
    b.scale(x, 7);
    b.output('z', b.sqrt(b.scale(x, 3)));
    const pruned = prune(b);
    expect(names(pruned)).toEqual(['mul', 'sqrt']);
    expect([...pruned.constants.values()].map(({ data }) => data[0])).toEqual([3]);
    expect([...pruned.inputs.keys()]).toEqual(['x', 'y']);
  });
});

describe('bind parameters', () => {
  const network = (): ProgramBuilder => {
    const b = new ProgramBuilder();
    const [weight, statistic] = [b.param({ name: 'w', shape: [2], kind: 'weight' }), b.param({ name: 's', shape: [2], kind: 'statistic' })];
    b.param({ name: 'unread', shape: [9], kind: 'weight' });
    b.output('y', b.mul(b.mul(b.input('x', [2]), weight), statistic));
    return b;
  };

  test('turns trained parameters into inputs, and other used ones into named constants', () => {
    const s = Float32Array.of(1, 2);
    const bound = bindParams(network(), new Map([['s', { shape: [2], data: s }]]), new Set(['w']));
    expect([...bound.inputs.keys()]).toEqual(['x', 'w']);
    expect([...bound.constants.values()]).toEqual([{ name: 's', data: s }]);
    expect(bound.params.size).toBe(0);
  });

  test.each([
    [new Map(), 'The parameter w has no values.'],
    [new Map([['w', { shape: [3], data: new Float32Array(3) }]]), 'The parameter w is [3], not [2].'],
  ])('refuses a parameter that does not fit, by name', (values, message) => {
    expect(() => bindParams(network(), values)).toThrow(message);
  });
});

describe('cancel reshapes', () => {
  test('removes a reshape that restores a shape, and keeps one that does not', () => {
    const b = new ProgramBuilder();
    const x = b.input('x', [6]);
    b.output('same', b.exp(b.reshape(b.reshape(x, [2, 3]), [6])));
    b.output('other', b.exp(b.reshape(b.reshape(x, [3, 2]), [1, 6])));
    expect(names(prune(cancelReshapes(b)))).toEqual(['exp', 'reshape', 'reshape', 'exp']);
  });

  test('the gradient of a folded batch norm has no reshape beyond its forward pass', () => {
    const b = new ProgramBuilder();
    const [w, gamma, beta, mean, variance] = [[4, 3, 3, 3], [4], [4], [4], [4]].map((shape, i) => b.input(`x${i}`, shape));
    const [kernel] = foldBatchNorm(b, w!, { gamma: gamma!, beta: beta!, mean: mean!, variance: variance! }, { epsilon: 1e-3 });
    const { program, gradients } = differentiate(b, kernel, [gamma!]);
    program.output('dgamma', gradients[0]!);
    expect(names(prune(cancelReshapes(program))).filter((name) => name === 'reshape')).toHaveLength(0);
  });
});

describe('expand', () => {
  const gradientOfRelu = (): ProgramBuilder => {
    const b = new ProgramBuilder();
    b.output('d', b.clampGradient(b.input('g', [2]), b.input('y', [2]), { min: 0, max: Infinity }));
    return b;
  };

  test('lowers the mask of a ReLU to one operator on the CPU, to a comparison on other devices', () => {
    expect(names(expand(gradientOfRelu(), 'cpu'))).toEqual(['isPositive', 'mul']);
    for (const device of ['webgpu', 'cuda', 'dml'] as const) expect(names(expand(gradientOfRelu(), device))).toEqual(['greater', 'toFloat', 'mul']);
  });

  test('joins the products of a kernel gradient on the CPU alone, and only if the kernel is large relative to the map', () => {
    const products = (device: 'cpu' | 'webgpu', [c, side]: readonly [number, number]): number => {
      const b = new ProgramBuilder();
      const [x, g] = [b.input('x', [4, c, side, side]), b.input('g', [4, c, side, side])];
      b.output('d', b.convKernelGradient(x, g, { stride: 1, pads: [1, 1, 1, 1], groups: 1 }, [3, 3]));
      return names(expand(b, device)).filter((name) => name === 'matmul').length;
    };
    expect(products('cpu', [64, 3])).toBe(1);
    expect(products('cpu', [8, 16])).toBe(9);
    expect(products('webgpu', [64, 3])).toBe(9);
  });
});

describe('pool positions', () => {
  const poolProgram = (isDifferentiated: boolean): Program => {
    const b = new ProgramBuilder();
    const x = b.input('x', [1, 2, 4, 4]);
    const y = b.maxPool(x, { kernel: 2, stride: 2, pad: 0 });
    const { program, gradients } = differentiate(b, y, [x]);
    program.output('y', y);
    if (isDifferentiated) program.output('d', gradients[0]!);
    return poolPositions(prune(program));
  };

  test('a pool returns the positions of its maxima only where its gradient is computed', () => {
    expect(names(poolProgram(true))).toEqual(expect.arrayContaining(['maxPoolWithPositions', 'scatterAdd']));
    expect(names(poolProgram(true))).not.toContain('maxPoolGradient');
    expect(names(poolProgram(false))).toEqual(['maxPool']);
  });
});

describe('order sinks', () => {
  test('puts sinks last, in reverse order of the program', () => {
    const b = new ProgramBuilder();
    const x = b.input('x', [2]);
    const first = b.exp(x);
    b.output('a', b.sqrt(first));
    const second = b.log(first);
    b.output('b', b.erf(second));
    b.output('c', b.sigmoid(second));
    expect(names(orderSinks(b))).toEqual(['exp', 'log', 'sigmoid', 'erf', 'sqrt']);
  });
});

describe('print', () => {
  test('has one line per instruction, with types and attributes', () => {
    const b = new ProgramBuilder();
    b.output('y', b.sum(b.scale(b.input('x', [2, 3]), 0.5), [1]));
    expect(print(b)).toBe(
      ['input x: float[2,3]', '%2: float[2,3] = mul(x, 0.5)', '%3: float[2] = sum(%2) {"axes":[1],"keep":false}', 'output y = %3', ''].join('\n'),
    );
  });
});
