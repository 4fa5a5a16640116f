import { describe, expect, test } from 'vitest';
import { relu, relu6, silu } from '../../../src/main/nn/functional/activations.ts';
import { batchNorm, foldBatchNorm, type FrozenNorm } from '../../../src/main/nn/functional/batch-norm.ts';
import { dense } from '../../../src/main/nn/functional/dense.ts';
import { globalMean } from '../../../src/main/nn/functional/global-mean.ts';
import { pairDistance } from '../../../src/main/nn/functional/pair-distance.ts';
import { logSoftmax } from '../../../src/main/nn/functional/log-softmax.ts';
import { contrastive } from '../../../src/main/nn/losses/contrastive.ts';
import { ProgramBuilder } from '../../../src/main/nn/ir/build/builder.ts';
import { checkGradient } from '../ir/finite-differences.ts';

const MAP = [3, 4, 3, 2];
/** Keeps values a step away from kinks, where a difference quotient is valid. */
const offKinks = (u: number): number => Math.sign(u) * (0.1 + Math.abs(u));
const frozen = (gamma: unknown, beta: unknown, mean: unknown, variance: unknown): FrozenNorm => ({ gamma, beta, mean, variance }) as FrozenNorm;

describe('gradients against finite differences', () => {
  checkGradient('relu', [MAP], (b, [x]) => relu(b, x!), { values: offKinks });
  checkGradient('relu6', [MAP], (b, [x]) => relu6(b, x!), {
    values: (u) => 3 + 4 * offKinks(u) + (Math.abs(Math.abs(4 * offKinks(u)) - 3) < 0.05 ? 0.2 : 0),
  });
  checkGradient('silu', [MAP], (b, [x]) => silu(b, x!), { values: (u) => 3 * u });
  checkGradient('logSoftmax', [[3, 5]], (b, [x]) => logSoftmax(b, x!), { values: (u) => 2 * u });
  checkGradient('batchNorm', [MAP, [4], [4]], (b, [x, gamma, beta]) => batchNorm(b, x!, gamma!, beta!, { epsilon: 1e-5 })[0]);
  checkGradient('batchNorm of a convolution', [[3, 16, 4, 3], [16, 1, 3, 3], [16], [16]], (b, [x, w, gamma, beta]) => {
    const y = b.conv(x!, w!, { stride: 1, pads: [1, 1, 1, 1], groups: 16 });
    return batchNorm(b, y, gamma!, beta!, { epsilon: 1e-5 })[0];
  });
  const positiveVariance = (u: number, input: number): number => (input === 4 ? 1 + Math.abs(u) : u);
  checkGradient(
    'a convolution with a frozen batch norm folded into its kernel',
    [[4, 3, 3, 3], [4], [4], [4], [4]],
    (b, [w, gamma, beta, mean, variance]) => foldBatchNorm(b, w!, frozen(gamma, beta, mean, variance), { epsilon: 1e-3 })[0],
    { constant: [2, 3, 4], values: positiveVariance },
  );
  checkGradient(
    'a frozen batch norm folded into a bias',
    [[4, 3, 3, 3], [4], [4], [4], [4]],
    (b, [w, gamma, beta, mean, variance]) => foldBatchNorm(b, w!, frozen(gamma, beta, mean, variance), { epsilon: 1e-3 })[1],
    { constant: [0, 3, 4], values: positiveVariance },
  );
  checkGradient('globalMean', [MAP], (b, [x]) => globalMean(b, x!));
  checkGradient('dense', [[3, 5], [4, 5], [4]], (b, [x, w, bias]) => dense(b, x!, w!, bias!));
  checkGradient('pairDistance', [[6, 3]], (b, [x]) => pairDistance(b, x!));
  checkGradient('contrastive loss', [[12, 3], [6]], (b, [x, labels]) => contrastive.build(b, x!, labels!, { margin: 2 }).loss, {
    constant: [1],
    values: (u, input, i) => (input === 1 ? i % 2 : u),
  });
});

describe('shape checks', () => {
  test('refuse an odd number of embeddings for pairs', () => {
    const b = new ProgramBuilder();
    expect(() => pairDistance(b, b.input('x', [3, 2]))).toThrow('even number');
  });
  test('refuse batch statistics of one value per channel', () => {
    const b = new ProgramBuilder();
    const [x, gamma, beta] = [[1, 3, 1, 1], [3], [3]].map((shape, i) => b.input(`x${i}`, shape));
    expect(() => batchNorm(b, x!, gamma!, beta!, { epsilon: 1e-5 })).toThrow('more than one value');
  });
});
