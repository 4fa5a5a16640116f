import { beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../../../src/main/nn/engines/engine.ts';
import { contrastive } from '../../../src/main/nn/losses/contrastive.ts';
import { BACKBONE_PREFIX, backboneParams, layerNames, siameseParams, type SiameseSpec, trainingTask } from '../../../src/main/nn/siamese.ts';
import { gradCamTask } from '../../../src/main/nn/explain/gradcam.ts';
import { matchNames } from '../../../src/main/nn/weights/names.ts';
import { verifyNames } from '../../../src/main/nn/weights/verify.ts';
import { ENGINES } from '../engines.ts';
import { filledTensors, hashed, norm, readFixture, relativeError } from '../reference.ts';

interface Case {
  name: string;
  size: number;
  parameters: Record<string, number[]>; // timm's names and shapes
  featureShape: number[];
  featureMean: number;
  featureNorm: number;
  featureFirst: number[];
  embedding: number[][];
  distance: number[];
  signedMaps: { image1: number[][][]; image2: number[][][] };
  loss: number;
  gradNorm: Record<string, number>;
  gradFirst: Record<string, number[]>;
  gradNormGlobal: number;
}

const c = readFixture<{ cases: Case[] }>('encoders_parity.json').cases.find(({ name }) => name === 'resnet34')!;
const spec: SiameseSpec = { backbone: 'resnet34', flavour: 'torch', size: c.size, dim: 2 };
const TOLERANCE = 1e-3;

test('its parameters are those of timm, name for name and shape for shape', () => {
  const { 'bn1.num_batches_tracked': _, ...stored } = c.parameters;
  const own = Object.entries(stored).filter(([name]) => !name.endsWith('.num_batches_tracked'));
  expect(backboneParams(spec).map(({ name, shape }) => [name, shape])).toEqual(expect.arrayContaining(own));
  expect(backboneParams(spec)).toHaveLength(own.length);
  const entries = new Map([...Object.entries(c.parameters), ['fc.weight', [1000, 512]], ['fc.bias', [1000]]]);
  expect(() => verifyNames(matchNames(entries), { backbone: 'resnet34', params: backboneParams(spec), entries })).not.toThrow();
});

const params = filledTensors(siameseParams(spec), (name) => name.replace(BACKBONE_PREFIX, ''));
const image = (name: string): Float32Array => Float32Array.from(hashed(name, 2 * 3 * c.size ** 2), (u) => 1.5 * u);
const images = Float32Array.from([...image('image1'), ...image('image2')]);

describe.each(ENGINES)('against timm, on $title', ({ open, isSlow }) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await open();
  });

  test('features, embedding, distances and signed maps', async () => {
    const explain = await engine.compile(gradCamTask(spec, layerNames('resnet34').at(-1)!, 2), params);
    const { features, embedding, distance, signedMap } = await explain.run({ images });
    const ofFirst = features!.slice(0, features!.length / 2);
    expect(ofFirst).toHaveLength(c.featureShape.reduce((n, d) => n * d, 1));
    expect(relativeError([ofFirst.reduce((sum, v) => sum + v, 0) / ofFirst.length], [c.featureMean])).toBeLessThan(TOLERANCE);
    expect(relativeError([norm(ofFirst)], [c.featureNorm])).toBeLessThan(TOLERANCE);
    expect(relativeError(ofFirst.slice(0, 12), c.featureFirst)).toBeLessThan(TOLERANCE);
    expect(relativeError(embedding!.slice(0, 4), c.embedding.flat())).toBeLessThan(TOLERANCE);
    expect(relativeError(distance!, c.distance)).toBeLessThan(TOLERANCE);
    expect(relativeError(signedMap!, [...c.signedMaps.image1.flat(2), ...c.signedMaps.image2.flat(2)])).toBeLessThan(TOLERANCE);
    await explain.dispose();
  });

  // In plain JavaScript this takes minutes.
  test.skipIf(isSlow)('loss and gradients', async () => {
    const optimizer = { name: 'sgd', weightDecay: 0, clipNorm: 0 } as const;
    const task = trainingTask(spec, { scope: 'all', batchNorm: 'frozen', loss: contrastive, margin: 2, optimizer }, 2);
    const gradients = await engine.compile(
      { program: task.program, outputs: { loss: task.loss }, gradients: { of: task.loss, wrt: task.trainable } },
      params,
    );
    const found = await gradients.run({ images, labels: Float32Array.of(0, 1) });
    const gradient = (name: string): Float32Array => found[`gradient:${BACKBONE_PREFIX}${name}`]!;
    expect(relativeError(found.loss!, [c.loss])).toBeLessThan(TOLERANCE);
    for (const [name, expected] of Object.entries(c.gradNorm)) {
      expect.soft(Math.abs(norm(gradient(name)) - expected), name).toBeLessThan(TOLERANCE * expected + 1e-6 * c.gradNormGlobal);
    }
    for (const [name, expected] of Object.entries(c.gradFirst)) {
      expect.soft(relativeError(gradient(name).slice(0, expected.length), expected), name).toBeLessThan(TOLERANCE);
    }
    const all = task.trainable.flatMap((name) => norm(found[`gradient:${name}`]!));
    expect(relativeError([norm(all)], [c.gradNormGlobal])).toBeLessThan(TOLERANCE);
    await gradients.dispose();
  });
});
