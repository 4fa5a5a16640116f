import { describe, expect, test } from 'vitest';
import { updateProgram } from '../../../src/main/nn/engines/programs.ts';
import { type DeviceTensor, channelsFirst } from '../../../src/main/nn/engines/tensorflow/device-tensor.ts';
import { constantValues, evaluate } from '../../../src/main/nn/engines/tensorflow/evaluate.ts';
import { tensorflowLibrary } from '../../../src/main/nn/engines/tensorflow/library.ts';
import { ProgramBuilder } from '../../../src/main/nn/ir/build/builder.ts';
import type { SourceProgram } from '../../../src/main/nn/ir/program.ts';
import { slotName, type TrainTask } from '../../../src/main/nn/ir/task.ts';
import type { Value } from '../../../src/main/nn/ir/value.ts';
import { OPTIMIZERS } from '../../../src/main/nn/optimizers/index.ts';
import { correctionsAfter } from '../../../src/main/nn/optimizers/optimizer.ts';
import { readFixture } from '../reference.ts';

const { tf } = await tensorflowLibrary();

/** Values of a program's outputs for these inputs. */
async function run(program: SourceProgram, inputs: Readonly<Record<string, readonly number[]>>): Promise<Record<string, number[]>> {
  const bound = new Map<Value, DeviceTensor>(
    [...program.inputs].map(([name, value]) => [value, channelsFirst(tf.tensor([...inputs[name]!], [...value.shape], 'float32'))]),
  );
  const found = evaluate(tf, program, [...program.outputs.values()], bound);
  const outputs: Record<string, number[]> = {};
  for (const [name, value] of program.outputs) outputs[name] = [...(await found.get(value)!.tensor.data<'float32'>())];
  tf.dispose([...found.values(), ...bound.values()].map(({ tensor }) => tensor));
  return outputs;
}

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

describe("an optimizer's update on TensorFlow.js", () => {
  const torch = readFixture<Steps>('optimizers_torch.json');
  const shapes = { weight: [2, 3], bias: [3] };
  const names = ['weight', 'bias'] as const;

  test.each(['sgd', 'adam', 'adamw'] as const)('%s takes the steps of torch.optim, clipped, with weight decay on the weight alone', async (name) => {
    const network = new ProgramBuilder();
    for (const what of names) network.param({ name: what, shape: shapes[what], kind: 'weight' });
    const optimizer = { name, weightDecay: 0.1, clipNorm: 1 };
    const program = updateProgram({ program: network, trainable: names, statistics: [], optimizer } as unknown as TrainTask);
    const slots = OPTIMIZERS[name].slots.flatMap((slot) => names.map((what) => slotName(slot, what)));
    let state: Record<string, number[]> = {
      ...torch.start,
      ...Object.fromEntries(slots.map((slot) => [slot, torch.start[slot.endsWith('weight') ? 'weight' : 'bias'].map(() => 0)])),
    };
    for (const [i, expected] of torch[name].entries()) {
      const scalars = Object.fromEntries(Object.entries({ lr: 0.01, ...correctionsAfter(i) }).map(([key, value]) => [key, [value]]));
      const gradients = Object.fromEntries(names.map((what) => [`gradient:${what}`, torch.gradients[i]![what]]));
      const out = await run(program, { ...state, ...scalars, ...gradients });
      expect(out['gradientNorm']![0]).toBeCloseTo(expected.norm, 6);
      state = Object.fromEntries([...names, ...slots].map((key) => [key, out[`next:${key}`]!]));
      for (const what of names) state[what]!.forEach((value, k) => expect(Math.abs(value - expected[what][k]!)).toBeLessThan(2e-6));
    }
  });

  test('a running statistic moves by its momentum towards the value of the batch', async () => {
    const network = new ProgramBuilder();
    network.param({ name: 'weight', shape: [2], kind: 'weight' });
    network.param({ name: 'mean', shape: [2], kind: 'statistic' });
    const optimizer = { name: 'sgd', weightDecay: 0, clipNorm: 0 };
    const statistics = [{ name: 'mean', batch: network.input('batch', [2]), momentum: 0.1 }];
    const program = updateProgram({ program: network, trainable: ['weight'], statistics, optimizer } as unknown as TrainTask);
    const zero = [0, 0];
    const inputs = { weight: [1, 2], [slotName('velocity', 'weight')]: zero, 'gradient:weight': zero, lr: [1], correction1: [1], correction2: [1] };
    const out = await run(program, { ...inputs, mean: [1, -1], 'batch:mean': [2, 3] });
    expect(out['next:mean']![0]).toBeCloseTo(1.1, 6);
    expect(out['next:mean']![1]).toBeCloseTo(-0.6, 6);
    expect(out['next:weight']).toEqual([1, 2]);
  });
});

describe('evaluation', () => {
  const b = new ProgramBuilder();
  const [x, w] = [b.input('x', [1, 2, 3, 3]), b.param({ name: 'w', shape: [2, 2, 1, 1], kind: 'weight' })];
  const doubled = b.scale(w, 2);
  const y = b.add(b.conv(x, doubled, { stride: 1, pads: [0, 0, 0, 0], groups: 1 }), x);
  const means = b.mean(y, [0, 2, 3]);
  const bound = (): Map<Value, DeviceTensor> => new Map([x, w].map((value) => [value, channelsFirst(tf.ones([...value.shape]))]));

  test('frees every tensor except bound and requested ones', async () => {
    const given = bound();
    const before = tf.memory().numTensors;
    const found = evaluate(tf, b, [means], given);
    expect(tf.memory().numTensors).toBe(before + 1);
    expect([...(await found.get(means)!.tensor.data<'float32'>())]).toEqual([5, 5]); // 2 + 2 + 1
    tf.dispose([...given.values(), ...found.values()].map(({ tensor }) => tensor));
  });

  test('starts from bound values anywhere in the program', async () => {
    const start = new Map([[y, channelsFirst(tf.fill([1, 2, 3, 3], 7))]]);
    const found = evaluate(tf, b, [means], start);
    expect([...(await found.get(means)!.tensor.data<'float32'>())]).toEqual([7, 7]);
  });

  test('stores a map channels-last from its first convolution on, also through sums over channels and space', () => {
    const found = evaluate(tf, b, [y, means], bound());
    expect(found.get(y)!).toMatchObject({ channelsLast: true, tensor: { shape: [1, 3, 3, 2] } });
    expect(found.get(means)!).toMatchObject({ channelsLast: false, tensor: { shape: [2] } });
  });

  test('names the shape of a value that is missing', () => {
    expect(() => evaluate(tf, b, [y], new Map())).toThrow('A value of shape [2,2,1,1] is used before it is computed.');
  });

  test('constant values depend on parameters alone', () => {
    expect(constantValues(b)).toEqual([doubled]);
  });
});
