import { expect, test } from 'vitest';
import { Emitter } from '../../../src/main/nn/emit.ts';
import { compileProgram } from '../../../src/main/nn/engines/onnx.ts';
import { clipFactor, clipped, globalNorm, globalNormOf, OPTIMIZERS } from '../../../src/main/nn/optimizers/index.ts';
import { BETA1, BETA2, decays } from '../../../src/main/nn/optimizers/optimizer.ts';
import type { OptimizerName } from '../../../src/shared/run.ts';
import { randomFor } from '../../../src/shared/random.ts';

const LR = 0.01;
const CLIP = 1;
const draw = (what: string, n: number): Float32Array => {
  const random = randomFor(3, what);
  return Float32Array.from({ length: n }, () => random.normal());
};

/** Three steps of one rule, written as operations: the parameter and its slots after each. */
async function inGraph(name: OptimizerName, shape: number[], gradients: Float32Array[], weightDecay: number): Promise<Float32Array[][]> {
  const rule = OPTIMIZERS[name];
  const e = new Emitter();
  const [p, g] = [e.input('p', shape), e.input('g', shape)];
  const slots = rule.slots.map((slot) => e.input(slot, shape));
  const scalars = { lr: e.input('lr', []), correction1: e.input('correction1', []), correction2: e.input('correction2', []) };
  const [used] = clipped(e, [g], globalNorm(e, [g]), CLIP);
  const next = rule.update(e, p, used!, slots, scalars, { weightDecay });
  [next.parameter, ...next.state].forEach((ref, i) => {
    e.output(ref, `next${i}`);
  });
  const exe = await compileProgram(e.program, 'cpu');
  let state = [draw('p', gradients[0]!.length), ...rule.slots.map(() => new Float32Array(gradients[0]!.length))];
  const after: Float32Array[][] = [];
  for (const [i, gradient] of gradients.entries()) {
    const numbers = { lr: LR, correction1: 1 / (1 - BETA1 ** (i + 1)), correction2: 1 / (1 - BETA2 ** (i + 1)) };
    const fed = Object.fromEntries(['p', ...rule.slots].map((slot, k) => [slot, state[k]!]));
    const out = await exe.run({ ...fed, g: gradient, ...Object.fromEntries(Object.entries(numbers).map(([k, v]) => [k, Float32Array.of(v)])) });
    state = state.map((_, k) => Float32Array.from(out[`next${k}`]!));
    after.push(state);
  }
  await exe.dispose();
  return after;
}

const close = (actual: Float32Array, expected: Float32Array): void => {
  actual.forEach((x, i) => {
    expect(Math.abs(x - expected[i]!), `${x} beside ${expected[i]}`).toBeLessThan(2e-6 * (1 + Math.abs(expected[i]!)));
  });
};

test.each(['sgd', 'adam', 'adamw'] as const)('%s in place takes the steps that its operations take, clipped and with weight decay', async (name) => {
  for (const shape of [[5, 7], [35]]) {
    const gradients = [0, 1, 2].map((i) => draw(`g${i}`, 35).map((x) => x * (i === 1 ? 0.01 : 1))); // the second is too short to be clipped
    const expected = await inGraph(name, shape, gradients, 0.1);
    const [p, ...slots] = [draw('p', 35), ...OPTIMIZERS[name].slots.map(() => new Float32Array(35))] as [Float32Array, ...Float32Array[]];
    gradients.forEach((g, i) => {
      const corrections = { correction1: 1 / (1 - BETA1 ** (i + 1)), correction2: 1 / (1 - BETA2 ** (i + 1)) };
      const factor = clipFactor(globalNormOf([g]), CLIP);
      OPTIMIZERS[name].updateInPlace(p, g, slots, { lr: LR, ...corrections, factor, weightDecay: decays({ shape }) ? 0.1 : 0 });
      [p, ...slots].forEach((tensor, k) => {
        close(tensor, expected[i]![k]!);
      });
    });
  }
});

test('the norm of gradients in memory counts every element of every tensor', () => {
  const tensors = [1, 2, 3, 4, 5, 9].map((n) => new Float32Array(n).fill(2));
  expect(globalNormOf(tensors)).toBeCloseTo(2 * Math.sqrt(24), 12);
  expect(globalNormOf([Float32Array.of(0, 0, 0, 0, 0, 3), Float32Array.of(4)])).toBe(5);
});
