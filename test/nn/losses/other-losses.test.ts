import { describe, expect, test } from 'vitest';
import { lossOf } from '../../../src/main/nn/losses/index.ts';
import { type Loss, SAMPLES } from '../../../src/main/nn/losses/loss.ts';
import { embeddingTask, siameseParams, type SiameseSpec, trainingTask } from '../../../src/main/nn/siamese.ts';
import { initialTensors } from '../../../src/main/nn/initialise.ts';
import { LOSS_INFO, type LossName, lossInfo } from '../../../src/shared/losses.ts';
import { ENGINES } from '../engines.ts';
import { filledTensors, hashed, relativeError } from '../reference.ts';
import { compileLoss } from './compile-loss.ts';

/** Every loss that is minimised by steps. Class 2 has one image. */
const CASES = (Object.keys(LOSS_INFO) as LossName[])
  .filter((name) => lossInfo(name).samples !== 'none')
  .map((name) => ({ name, loss: lossOf(name), labels: lossInfo(name).samples === 'pairs' ? [0, 1, 1, 0] : [0, 1, 0, 2, 1, 0] }));
const DIM = 3;
const CLASSES = 3;
const optionsFor = (name: LossName) => ({
  margin: lossInfo(name).margin?.[lossInfo(name).needsUnitLength ? 'unitLength' : 'raw'] ?? 2,
  classes: CLASSES,
});

describe.each(ENGINES)('on $title', ({ open }) => {
  test.each(CASES)('$name: the gradients match central differences', async ({ name, loss, labels }) => {
    const rows = SAMPLES[loss.samples].images * labels.length;
    const at = unitRows(Float32Array.from(hashed(name, rows * DIM)));
    const own = new Map([['loss.class_weights', { shape: [CLASSES, DIM], data: Float32Array.from(hashed('directions', CLASSES * DIM)) }]]);
    const lossAt = await compileLoss(await open(), loss, labels, { dim: DIM, ...optionsFor(name), ...(name === 'arcface' ? { own } : {}) });
    const { gradient } = await lossAt(at);
    const scale = Math.max(...gradient.map(Math.abs));
    expect(scale).toBeGreaterThan(0);
    for (let i = 0; i < at.length; i += 2) {
      const lossAfter = async (by: number): Promise<number> => (await lossAt(at.map((v, k) => (k === i ? v + by : v)))).loss;
      const numeric = ((await lossAfter(1e-3)) - (await lossAfter(-1e-3))) / 2e-3;
      expect.soft(Math.abs(gradient[i]! - numeric) / scale, `entry ${i}`).toBeLessThan(5e-3);
    }
  });

  test.each(CASES)('$name: a training step reports the distances of the embeddings, and steps lower the loss', async ({ name, loss, labels }) => {
    const engine = await open();
    const head = lossInfo(name).needsUnitLength ? 'unit' : 'raw';
    const spec: SiameseSpec = { backbone: 'compact', flavour: 'torch', size: 8, dim: 4, head };
    const params = filledTensors(siameseParams(spec));
    const images = Float32Array.from(hashed('images', SAMPLES[loss.samples].images * labels.length * 3 * spec.size ** 2));
    const options = {
      scope: 'all',
      batchNorm: 'frozen',
      loss,
      ...optionsFor(name),
      optimizer: { name: 'sgd', weightDecay: 0, clipNorm: 1 },
    } as const;
    const task = trainingTask(spec, options, labels.length);
    const ofLoss = initialTensors(
      [...task.program.params.values()].map(({ spec: one }) => one).filter((one) => !params.has(one.name)),
      1,
    );
    const state = { params: new Map([...params, ...ofLoss].filter(([one]) => task.trainable.includes(one))), slots: new Map(), step: 0 };
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

test('labelled images report every pair of them', () => {
  expect(lossOf('supcon').distanceLabels([5, 2, 5])).toEqual([1, 0, 1]);
});

/** Rows of length 1. */
const unitRows = (values: Float32Array): Float32Array =>
  values.map((value, i) => value / Math.hypot(...values.subarray(i - (i % DIM), i - (i % DIM) + DIM)));

/** By the loss's kind of samples, from embeddings in the order of a batch: image k of sample t is row k * samples + t. */
function expectedDistances({ samples: kind }: Loss, samples: number, embedding: Float32Array, dim: number): number[] {
  const distance = (i: number, j: number): number =>
    Math.hypot(...Array.from({ length: dim }, (_, c) => embedding[i * dim + c]! - embedding[j * dim + c]!));
  const each = Array.from({ length: samples }, (_, t) => t);
  switch (kind) {
    case 'pairs':
      return each.map((t) => distance(t, samples + t));
    case 'labelled':
      return each.flatMap((i) => each.slice(i + 1).map((k) => distance(i, k)));
    case 'none':
      return [];
  }
}
