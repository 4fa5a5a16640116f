import { describe, expect, onTestFinished, test } from 'vitest';
import type { Engine } from '../../../src/main/nn/engines/engine.ts';
import { ProgramBuilder } from '../../../src/main/nn/ir/build/builder.ts';
import { sizeOf } from '../../../src/main/nn/ir/tensor.ts';
import { contrastive } from '../../../src/main/nn/losses/contrastive.ts';
import { type Loss, SAMPLES } from '../../../src/main/nn/losses/loss.ts';
import { embeddingTask, siameseParams, type SiameseSpec, trainingTask } from '../../../src/main/nn/siamese.ts';
import { ENGINES } from '../engines.ts';
import { filledTensors, hashed, relativeError } from '../reference.ts';
import { allPairs } from './all-pairs.ts';
import { triplet } from './triplet.ts';

// The losses of src/main/nn/losses/, and two outside src/: triplet.ts and all-pairs.ts show that a loss is one file.

interface Case {
  name: string;
  loss: Loss;
  labels: number[]; // one per sample
}
const CASES: Case[] = [
  { name: 'contrastive', loss: contrastive, labels: [0, 1, 1, 0] },
  { name: 'triplet', loss: triplet, labels: [0, 0, 0] },
  { name: 'all pairs', loss: allPairs, labels: [0, 1, 2] },
];
const MARGIN = 2;
const DIM = 3;

describe.each(ENGINES)('on $title', ({ open }) => {
  test.each(CASES)('$name: the gradient matches central differences', async ({ name, loss, labels }) => {
    const rows = SAMPLES[loss.samples].images * labels.length;
    const at = Float32Array.from(hashed(name, rows * DIM));
    const lossAt = await compileLoss(await open(), loss, labels);
    const { gradient } = await lossAt(at);
    expect(Math.max(...gradient.map(Math.abs))).toBeGreaterThan(0);
    const scale = Math.max(...gradient.map(Math.abs));
    for (let i = 0; i < at.length; i += 2) {
      const lossAfter = async (by: number): Promise<number> => (await lossAt(at.map((v, k) => (k === i ? v + by : v)))).loss;
      const numeric = ((await lossAfter(1e-2)) - (await lossAfter(-1e-2))) / 2e-2;
      expect.soft(Math.abs(gradient[i]! - numeric) / scale, `entry ${i}`).toBeLessThan(5e-3);
    }
  });

  test.each(CASES)('$name: ofPairs equals the loss that build computes', async ({ name, loss, labels }) => {
    const some = loss.samples === 'triplets' ? labels.slice(0, 1) : labels; // ofPairs takes each same pair with each different one
    const at = Float32Array.from(hashed(name, SAMPLES[loss.samples].images * some.length * DIM));
    const built = await (await compileLoss(await open(), loss, some))(at);
    const distances = expectedDistances(loss, some.length, at, DIM);
    expect(loss.ofPairs(distances, loss.distanceLabels(some), { margin: MARGIN })).toBeCloseTo(built.loss, 5);
  });

  test.each(CASES)('$name: a training step reports the distances of the embeddings, and steps lower the loss', async ({ loss, labels }) => {
    const engine = await open();
    const spec: SiameseSpec = { backbone: 'compact', flavour: 'torch', size: 8, dim: 4 };
    const params = filledTensors(siameseParams(spec));
    const images = Float32Array.from(hashed('images', SAMPLES[loss.samples].images * labels.length * 3 * spec.size ** 2));
    const options = { scope: 'all', batchNorm: 'frozen', loss, margin: MARGIN, optimizer: { name: 'sgd', weightDecay: 0, clipNorm: 1 } } as const;
    const task = trainingTask(spec, options, labels.length);
    const state = { params: new Map([...params].filter(([name]) => task.trainable.includes(name))), slots: new Map(), step: 0 };
    const trainer = await engine.trainer((samples) => trainingTask(spec, options, samples), params, state);
    const inputs = { images, labels: Float32Array.from(labels) };
    const first = await trainer.step(inputs, labels.length, 1e-2);

    const exe = await engine.compile(embeddingTask(spec, 'image', images.length / (3 * spec.size ** 2)), params);
    const { embedding } = await exe.run({ images });
    const expected = expectedDistances(loss, labels.length, embedding!, spec.dim);
    expect(relativeError(first.distances, expected)).toBeLessThan(1e-5);
    expect(loss.distanceLabels(labels)).toHaveLength(expected.length);
    let { loss: last } = first;
    for (let step = 0; step < 2; step++) last = (await trainer.step(inputs, labels.length, 1e-2)).loss;
    expect(last).toBeLessThan(first.loss);
    await exe.dispose();
    await trainer.dispose();
  });
});

test('a triplet reports its same pair and its different pair, labelled images every pair of them', () => {
  expect(triplet.distanceLabels([0, 0])).toEqual([0, 1, 0, 1]);
  expect(allPairs.distanceLabels([5, 2])).toEqual([1, 0, 1, 1, 0, 1]); // images of classes 5, 2, 5, 2
});

/** Returns a function from embeddings [rows, DIM] to their loss and its gradient. Compiled once: for each point, that took most of the time. */
async function compileLoss(
  engine: Engine,
  loss: Loss,
  labels: readonly number[],
): Promise<(values: Float32Array) => Promise<{ loss: number; gradient: Float32Array }>> {
  const program = new ProgramBuilder();
  const shape = [SAMPLES[loss.samples].images * labels.length, DIM];
  const offset = program.param({ name: 'offset', shape, kind: 'weight' }); // 0, as only a parameter has a gradient
  const embedding = program.add(program.input('values', shape), offset);
  const built = loss.build(program, embedding, program.input('labels', [labels.length]), { margin: MARGIN });
  const task = { program, outputs: { loss: built.loss }, gradients: { of: built.loss, wrt: ['offset'] } };
  const exe = await engine.compile(task, new Map([['offset', { shape, data: new Float32Array(sizeOf(shape)) }]]));
  onTestFinished(() => exe.dispose());
  return async (values) => {
    const out = await exe.run({ values, labels: Float32Array.from(labels) });
    return { loss: out['loss']![0]!, gradient: out['gradient:offset']! };
  };
}

/** By the loss's kind of samples, from embeddings in the order of a batch: image k of sample t is row k * samples + t. */
function expectedDistances({ samples: kind }: Loss, samples: number, embedding: Float32Array, dim: number): number[] {
  const distance = (i: number, j: number): number =>
    Math.hypot(...Array.from({ length: dim }, (_, c) => embedding[i * dim + c]! - embedding[j * dim + c]!));
  const each = Array.from({ length: samples }, (_, t) => t);
  switch (kind) {
    case 'pairs':
      return each.map((t) => distance(t, samples + t));
    case 'triplets':
      return each.flatMap((t) => [distance(t, samples + t), distance(t, 2 * samples + t)]);
    case 'labelled':
      return [...each, ...each].flatMap((_, i, all) => all.slice(i + 1).map((_, k) => distance(i, i + 1 + k)));
  }
}
