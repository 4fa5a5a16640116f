import { describe, expect, test, vi } from 'vitest';
import { METHODS } from '../../../src/shared/explanation-methods.ts';
import type { Executable } from '../../../src/main/nn/engines/engine.ts';
import { contrastive } from '../../../src/main/nn/losses/contrastive.ts';
import {
  BACKBONE_PREFIX,
  backboneParams,
  entryShape,
  layerNames,
  layerTask,
  siameseParams,
  type SiameseSpec,
  trainingTask,
} from '../../../src/main/nn/siamese.ts';
import { gradCamTask } from '../../../src/main/nn/explain/gradcam.ts';
import { methodNamed } from '../../../src/main/nn/explain/index.ts';
import { placeCells } from '../../../src/main/nn/explain/receptive-field.ts';
import { ENGINES } from '../engines.ts';
import { filledTensors, hashed, norm, readFixture, relativeError } from '../reference.ts';
import { visionTransformer } from './vision-transformer.ts';

interface Case {
  name: string;
  size: number;
  parameters: Record<string, number[]>;
  featureShape: number[];
  featureFirst: number[];
  embedding: number[][];
  distance: number[];
  signedMaps: { image1: number[][][]; image2: number[][][] };
  loss: number;
  gradNorm: Record<string, number>;
  gradFirst: Record<string, number[]>;
  gradNormGlobal: number;
}

// What a line in the table of backbones would do: the network is built from an encoder of tokens, and nothing else changes.
vi.mock('../../../src/main/nn/backbones/index.ts', () => ({
  backboneOf: () => visionTransformer({ patch: 14, width: 48, depth: 3, heads: 3 }),
}));

const c = readFixture<{ cases: Case[] }>('encoders_parity.json').cases.find(({ name }) => name === 'vit_tiny_test')!;
const spec: SiameseSpec = { backbone: 'compact', flavour: 'torch', size: c.size, dim: 2 };
const params = filledTensors(siameseParams(spec), (name) => name.replace(BACKBONE_PREFIX, ''));
const image = (name: string): Float32Array => Float32Array.from(hashed(name, 2 * 3 * c.size ** 2), (u) => 1.5 * u);
const images = Float32Array.from([...image('image1'), ...image('image2')]);
const TOLERANCE = 1e-3;

test('has the parameters of timm, and features of tokens at the boundary of the last stage', () => {
  expect(Object.fromEntries(backboneParams(spec).map(({ name, shape }) => [name, shape]))).toEqual(c.parameters);
  expect(entryShape(spec, 'boundary')).toEqual([1 + 25, 48]);
});

describe.each(ENGINES)('against timm, on $title', ({ open, isSlow }) => {
  test('features, embedding, distances and signed maps', async () => {
    const explain = await (await open()).compile(gradCamTask(spec, layerNames('compact').at(-1)!, 2), params);
    const { features, embedding, distance, signedMap } = await explain.run({ images });
    expect(features!.length / 2).toBe(c.featureShape.reduce((n, d) => n * d, 1));
    expect(relativeError(features!.slice(0, 12), c.featureFirst)).toBeLessThan(TOLERANCE);
    expect(relativeError(embedding!.slice(0, 4), c.embedding.flat())).toBeLessThan(TOLERANCE);
    expect(relativeError(distance!, c.distance)).toBeLessThan(TOLERANCE);
    expect(relativeError(signedMap!, [...c.signedMaps.image1.flat(2), ...c.signedMaps.image2.flat(2)])).toBeLessThan(TOLERANCE);
    await explain.dispose();
  });

  test('a layer in the middle is explained without changing the distance', async () => {
    const explain = await (await open()).compile(gradCamTask(spec, 'blocks.0', 2), params);
    const { distance, signedMap } = await explain.run({ images });
    expect(relativeError(distance!, c.distance)).toBeLessThan(TOLERANCE);
    expect(signedMap).toHaveLength(4 * 25);
    expect(norm(signedMap!)).toBeGreaterThan(0);
    await explain.dispose();
  });

  test.each(isSlow ? (['path', 'detail', 'layercam'] as const) : METHODS)('%s explains tokens', async (method) => {
    const explainer = methodNamed(method)(spec, layerNames('compact').at(-1)!);
    const programs = new Map<string, Executable>();
    for (const [name, task] of Object.entries(explainer.tasks)) programs.set(name, await (await open()).compile(task, params));
    const [a, b] = [images.slice(0, 3 * c.size ** 2), image('image2').slice(0, 3 * c.size ** 2)];
    const pair = { images: Float32Array.from([...a, ...b]), blurred: () => new Float32Array(2 * a.length) };
    const { signed, width, height, distance, baseline } = await explainer.explain((name, inputs) => programs.get(name)!.run(inputs), pair);
    expect(relativeError([distance], [c.distance[0]!])).toBeLessThan(TOLERANCE);
    for (const [i, map] of signed.entries()) {
      expect(map).toHaveLength(width * height);
      expect(norm(map)).toBeGreaterThan(0);
      const sum = map.reduce((total, value) => total + value, 0);
      if (method === 'path') expect(Math.abs(sum - (distance - baseline![i]!))).toBeLessThan(1e-5 * Math.max(distance, baseline![i]!));
    }
    if (['path', 'detail', 'gradcam', 'layercam'].includes(method)) expect([width, height]).toEqual([5, 5]);
    for (const program of programs.values()) await program.dispose();
  });

  test.each(['blocks.0', layerNames('compact').at(-1)!])('tokens of %s are where their patches are', async (layer) => {
    const { program, outputs } = layerTask(spec, layer, 2);
    const { program: placed, centre, placementAt } = placeCells(program, outputs.features);
    const task = await (await open()).compile({ program: placed, outputs: { centre } }, params);
    const placement = placementAt((await task.run({ images: images.slice(0, images.length / 2) }))['centre']!);
    for (const axis of [placement.across, placement.down]) {
      expect(axis.first).toBeCloseTo(0.5 / 5, 1); // kernels that fall off to a side move the centre within the patch
      expect(axis.step).toBe(14 / c.size);
    }
    await task.dispose();
  });

  test('loss and gradients', async () => {
    const optimizer = { name: 'sgd', weightDecay: 0, clipNorm: 0 } as const;
    const task = trainingTask(spec, { scope: 'all', batchNorm: 'frozen', loss: contrastive, margin: 2, optimizer }, 2);
    const gradients = await (
      await open()
    ).compile({ program: task.program, outputs: { loss: task.loss }, gradients: { of: task.loss, wrt: task.trainable } }, params);
    const found = await gradients.run({ images, labels: Float32Array.of(0, 1) });
    const gradient = (name: string): Float32Array => found[`gradient:${BACKBONE_PREFIX}${name}`]!;
    expect(relativeError(found['loss']!, [c.loss])).toBeLessThan(TOLERANCE);
    for (const [name, expected] of Object.entries(c.gradNorm)) {
      expect.soft(Math.abs(norm(gradient(name)) - expected), name).toBeLessThan(TOLERANCE * expected + 1e-6 * c.gradNormGlobal);
    }
    for (const [name, expected] of Object.entries(c.gradFirst)) {
      expect.soft(relativeError(gradient(name).slice(0, expected.length), expected), name).toBeLessThan(TOLERANCE);
    }
    await gradients.dispose();
  });
});
