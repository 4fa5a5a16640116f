import { expect, test } from 'vitest';
import { lower } from '../../../src/main/nn/engines/onnx-lower.ts';
import { compileProgram } from '../../../src/main/nn/engines/onnx.ts';
import { ProgramBuilder } from '../../../src/main/nn/ir/build/builder.ts';
import { UpdateInPlace } from '../../../src/main/nn/optimizers/in-place.ts';
import { clipGradients, globalNorm, globalNormOf, OPTIMIZERS } from '../../../src/main/nn/optimizers/index.ts';
import { correctionsAfter, decays } from '../../../src/main/nn/optimizers/optimizer.ts';
import { slotName, type TrainTask } from '../../../src/main/nn/ir/task.ts';
import { sizeOf, type Tensor } from '../../../src/main/nn/ir/tensor.ts';
import type { OptimizerName } from '../../../src/shared/run.ts';
import { readFixture } from '../reference.ts';
import { randomFor } from '../../../src/shared/random.ts';

const LR = 0.01;
const CLIP = 1;
const draw = (what: string, n: number): Float32Array => {
  const random = randomFor(3, what);
  return Float32Array.from({ length: n }, () => random.normal());
};

/** Three steps of one rule as graph operations: the parameter and its slots after each. */
async function updateInGraph(
  name: OptimizerName,
  start: Float32Array,
  shape: readonly number[],
  gradients: Float32Array[],
  weightDecay: number,
): Promise<Float32Array[][]> {
  const rule = OPTIMIZERS[name];
  const e = new ProgramBuilder();
  const [p, g] = [e.input('p', shape), e.input('g', shape)];
  const slots = rule.slots.map((slot) => e.input(slot, shape));
  const scalars = { lr: e.input('lr', []), correction1: e.input('correction1', []), correction2: e.input('correction2', []) };
  const [used] = clipGradients(e, [g], globalNorm(e, [g]), CLIP);
  const next = rule.update(e, p, used!, slots, scalars, { weightDecay: decays({ shape }) ? weightDecay : 0 });
  [next.parameter, ...next.state].forEach((ref, i) => {
    e.output(`next${i}`, ref);
  });
  const exe = await compileProgram(lower(e, {}), 'cpu');
  let state = [start, ...rule.slots.map(() => new Float32Array(start.length))];
  const after: Float32Array[][] = [];
  for (const [i, gradient] of gradients.entries()) {
    const numbers = { lr: LR, ...correctionsAfter(i) };
    const fed = Object.fromEntries(['p', ...rule.slots].map((slot, k) => [slot, state[k]!]));
    const out = await exe.run({ ...fed, g: gradient, ...Object.fromEntries(Object.entries(numbers).map(([k, v]) => [k, Float32Array.of(v)])) });
    state = state.map((_, k) => Float32Array.from(out[`next${k}`]!));
    after.push(state);
  }
  await exe.dispose();
  return after;
}

const expectClose = (actual: Float32Array, expected: Float32Array): void => {
  actual.forEach((x, i) => {
    expect(Math.abs(x - expected[i]!), `${x}, expected ${expected[i]}`).toBeLessThan(2e-6 * (1 + Math.abs(expected[i]!)));
  });
};

test.each(['sgd', 'adam', 'adamw'] as const)(
  '%s in place takes the same steps as its graph operations, clipped and with weight decay',
  async (name) => {
    const shapes = { matrix: [5, 7], vector: [35], scalar: [1], whole: [4, 4] };
    const parameters = Object.entries(shapes).map(([what, shape]): [string, Tensor] => [what, { shape, data: draw(what, sizeOf(shape)) }]);
    const slots = parameters.flatMap(([what, { shape }]) =>
      OPTIMIZERS[name].slots.map((slot): [string, Tensor] => [slotName(slot, what), { shape, data: new Float32Array(sizeOf(shape)) }]),
    );
    const gradients = [0, 1, 2].map((i) => draw(`g${i}`, 35).map((x) => x * (i === 1 ? 0.01 : 1))); // the second is too short to be clipped
    for (const [what, { shape, data }] of parameters) {
      const expected = await updateInGraph(
        name,
        data,
        shape,
        gradients.map((g) => g.slice(0, data.length)),
        0.1,
      );
      const trainable = [what, ...Object.keys(shapes).filter((other) => other !== what)]; // each is first once
      const task = { trainable, optimizer: { name, weightDecay: 0.1, clipNorm: CLIP } } as const;
      const update = new UpdateInPlace(task as unknown as TrainTask, new Map(parameters), new Map(slots));
      gradients.forEach((g, i) => {
        update.gradients.get(what)!.data.set(g.subarray(0, data.length)); // the others are zero, so the norm is this tensor's
        update.step(i, LR);
        [update.params.get(what)!, ...OPTIMIZERS[name].slots.map((slot) => update.slots.get(slotName(slot, what))!)].forEach((tensor, k) => {
          expectClose(tensor.data, expected[i]![k]!);
        });
      });
    }
  },
);

interface Steps {
  start: Record<'weight' | 'bias', number[]>;
  gradients: Record<'weight' | 'bias', number[]>[];
  sgd: TorchStep[];
  adam: TorchStep[];
  adamw: TorchStep[];
}
interface TorchStep {
  norm: number;
  weight: number[];
  bias: number[];
}

// The graph and the in-place update share one rule; PyTorch's numbers show that it is correct.
test.each(['sgd', 'adam', 'adamw'] as const)('%s takes the steps of torch.optim, clipped, with weight decay on the weight alone', (name) => {
  const torch = readFixture<Steps>('optimizers_torch.json');
  const shapes = { weight: [2, 3], bias: [3] };
  const names = ['weight', 'bias'] as const;
  const tensors = (of: (what: 'weight' | 'bias') => Float32Array): [string, Tensor][] =>
    names.map((what) => [what, { shape: shapes[what], data: of(what) }]);
  const slots = OPTIMIZERS[name].slots.flatMap((slot) =>
    tensors((what) => new Float32Array(sizeOf(shapes[what]))).map(([what, tensor]): [string, Tensor] => [slotName(slot, what), tensor]),
  );
  const task = { trainable: names, optimizer: { name, weightDecay: 0.1, clipNorm: 1 } } as const;
  const update = new UpdateInPlace(task as unknown as TrainTask, new Map(tensors((what) => Float32Array.from(torch.start[what]))), new Map(slots));
  torch[name].forEach((expected, i) => {
    for (const what of names) update.gradients.get(what)!.data.set(torch.gradients[i]![what]);
    expect(update.step(i, 0.01)).toBeCloseTo(expected.norm, 6);
    for (const what of names) expectClose(update.params.get(what)!.data, Float32Array.from(expected[what]));
  });
});

test('neighbours in memory do not change when their gradient is zero', () => {
  const params = new Map([1, 3, 5].map((n): [string, Tensor] => [`of ${n}`, { shape: [n], data: draw(`of ${n}`, n) }]));
  const velocity = new Map(
    [...params].map(([what, { shape, data }]): [string, Tensor] => [slotName('velocity', what), { shape, data: new Float32Array(data.length) }]),
  );
  const task = { trainable: [...params.keys()], optimizer: { name: 'sgd', weightDecay: 0, clipNorm: 0 } } as const;
  const update = new UpdateInPlace(task as unknown as TrainTask, params, velocity);
  update.gradients.get('of 3')!.data.fill(1);
  expect(update.step(0, LR)).toBeCloseTo(Math.sqrt(3), 12);
  for (const [what, { data }] of params)
    expect([...update.params.get(what)!.data]).toEqual([...data.map((x) => (what === 'of 3' ? x - Math.fround(LR) : x))]);
});

test('the norm of gradients in memory counts every element of every tensor', () => {
  const tensors = [1, 2, 3, 4, 5, 9].map((n) => new Float32Array(n).fill(2));
  expect(globalNormOf(tensors)).toBeCloseTo(2 * Math.sqrt(24), 12);
  expect(globalNormOf([Float32Array.of(0, 0, 0, 0, 0, 3), Float32Array.of(4)])).toBe(5);
});
