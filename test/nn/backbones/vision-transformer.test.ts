import { describe, expect, test, vi } from 'vitest';
import { METHODS, methodsOf } from '../../../src/shared/explanation-methods.ts';
import type * as Backbones from '../../../src/main/nn/backbones/index.ts';
import { visionTransformer } from '../../../src/main/nn/backbones/families/vision-transformer.ts';
import type { Executable } from '../../../src/main/nn/engines/engine.ts';
import { gradCamTask, layerGradientTask } from '../../../src/main/nn/explain/gradcam.ts';
import { methodNamed } from '../../../src/main/nn/explain/index.ts';
import { placeCells } from '../../../src/main/nn/explain/receptive-field.ts';
import { contrastive } from '../../../src/main/nn/losses/contrastive.ts';
import {
  backboneParams,
  entryShape,
  explainedLayers,
  layerNames,
  layerTask,
  pooledTask,
  trainableNames,
  trainingTask,
} from '../../../src/main/nn/siamese.ts';
import { DEVICE_UNDER_TEST, ENGINES } from '../engines.ts';
import { norm, readFixture, relativeError } from '../reference.ts';
import { testAgainstTimm, timmCase, timmInput, TOLERANCE } from './timm.ts';

// Networks of three narrow blocks, so that every engine can run them.
vi.mock('../../../src/main/nn/backbones/index.ts', async (importOriginal) => {
  const { backboneOf } = await importOriginal<typeof Backbones>();
  const [plain, withRegisters] = [0, 4].map((registers) => visionTransformer({ patch: 14, width: 48, depth: 3, heads: 3, registers }));
  return {
    backboneOf: (name: Parameters<typeof backboneOf>[0]) =>
      name === 'compact' ? plain : name === 'mobilenet_v2_035' ? withRegisters : backboneOf(name),
  };
});

const c = timmCase('encoders_parity.json', 'vit_tiny_test');
const small = [
  { small: c, backbone: 'compact' },
  { small: timmCase('encoders_parity.json', 'vit_tiny_reg_test'), backbone: 'mobilenet_v2_035' },
] as const;
const { spec, params, images } = timmInput(c, 'compact');

test.each(small)('has the parameters of timm: $small.name', ({ small: { parameters, size }, backbone }) => {
  expect(Object.fromEntries(backboneParams({ ...spec, size, backbone }).map(({ name, shape }) => [name, shape]))).toEqual(parameters);
});

test('features at the boundary of the last stage are tokens; last-stage trains the last two blocks and the norm', () => {
  expect(entryShape(spec, 'boundary')).toEqual([1 + 25, 48]);
  const modules = trainableNames({ ...spec, backbone: 'dinov2_vits14', size: 28 }, 'last-stage').map(
    (name) => /^(fc|backbone\.norm|backbone\.blocks\.\d+)\./.exec(name)?.[1],
  );
  expect([...new Set(modules)].toSorted()).toEqual(['backbone.blocks.10', 'backbone.blocks.11', 'backbone.norm', 'fc']);
});

describe.each(ENGINES)('$title', (engine) => {
  for (const one of small) testAgainstTimm(engine, one.small, one.backbone, { isSmall: true });
});

if (!DEVICE_UNDER_TEST) {
  testAgainstTimm(ENGINES[0]!, timmCase('encoders_parity.json', 'vit_small_patch14_dinov2'), 'dinov2_vits14');
  testAgainstTimm(ENGINES[0]!, timmCase('encoders_parity.json', 'vit_small_patch14_reg4_dinov2'), 'dinov2_vits14_reg', { gradients: false });
}

describe.each(ENGINES)('tokens on $title', ({ open, isSlow }) => {
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
    const pixels = 3 * c.size ** 2;
    const [a, b] = [images.slice(0, pixels), images.slice(2 * pixels, 3 * pixels)];
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
});

interface ClassTokenCase {
  name: string;
  token: number[][]; // [4, C]
  embedding: number[][];
  distance: number[];
  maps: Record<'gradcam' | 'layercam', number[][][]>; // [4, h, w]
  loss: number;
  gradNorm: number;
}

describe.each(ENGINES)('a head that reads the class token, on $title', ({ open, isSlow }) => {
  const cases = readFixture<{ cases: ClassTokenCase[] }>('class_token.json').cases;

  test.each(small.map((one, i) => ({ ...one, expected: cases[i]! })))('$small.name: as in timm', async ({ small: timm, backbone, expected }) => {
    expect(expected.name).toBe(timm.name);
    const input = timmInput(timm, backbone);
    const classToken = { ...input.spec, pooling: 'cls' } as const;
    const engine = await open();
    const run = async (task: Parameters<typeof engine.compile>[0], inputs: Record<string, Float32Array>) => {
      const program = await engine.compile(task, input.params);
      const out = await program.run(inputs);
      await program.dispose();
      return out;
    };
    const inputs = { images: input.images };
    const { features } = await run(pooledTask(classToken, 'image', 4), inputs);
    expect(relativeError(features!, expected.token.flat())).toBeLessThan(TOLERANCE);
    const last = explainedLayers(classToken).at(-1)!;
    const layerCam = layerGradientTask(classToken, last, 2, (e, gradient, map) => e.sum(e.mul(gradient, map), [1]));
    for (const [task, map] of [
      [gradCamTask(classToken, last, 2), expected.maps.gradcam],
      [layerCam, expected.maps.layercam],
    ] as const) {
      const out = await run(task, inputs);
      expect(relativeError(out['embedding']!, expected.embedding.flat())).toBeLessThan(TOLERANCE);
      expect(relativeError(out['distance']!, expected.distance)).toBeLessThan(TOLERANCE);
      expect(relativeError(out['signedMap']!, map.flat(2))).toBeLessThan(TOLERANCE);
    }
    const optimizer = { name: 'sgd', weightDecay: 0, clipNorm: 0 } as const;
    const options = { scope: 'all', batchNorm: 'frozen', loss: contrastive, margin: 2, optimizer } as const;
    const state = { params: input.params, slots: new Map(), step: 0 };
    const trainer = await engine.trainer((samples) => trainingTask(classToken, options, samples), new Map(), state);
    const { loss, gradientNorm } = await trainer.step({ ...inputs, labels: Float32Array.of(0, 1) }, 2, 1e-3);
    expect(relativeError([loss, gradientNorm], [expected.loss, expected.gradNorm])).toBeLessThan(TOLERANCE);
    await trainer.dispose();
  });

  test.each(isSlow ? (['layercam'] as const) : methodsOf({ pooling: 'cls' }))('%s explains it', async (method) => {
    const classToken = { ...spec, pooling: 'cls' } as const;
    const explainer = methodNamed(method)(classToken, explainedLayers(classToken).at(-1)!);
    const programs = new Map<string, Executable>();
    for (const [name, task] of Object.entries(explainer.tasks)) programs.set(name, await (await open()).compile(task, params));
    const pixels = 3 * c.size ** 2;
    const pair = Float32Array.from([...images.slice(0, pixels), ...images.slice(2 * pixels, 3 * pixels)]);
    const maps = await explainer.explain((name, inputs) => programs.get(name)!.run(inputs), {
      images: pair,
      blurred: () => new Float32Array(pair.length),
    });
    expect(relativeError([maps.distance], [cases[0]!.distance[0]!])).toBeLessThan(TOLERANCE);
    for (const map of maps.signed) expect(norm(map)).toBeGreaterThan(1e-4);
    for (const program of programs.values()) await program.dispose();
  });
});

test('a class token leaves the layer out whose length the last norm removes: gradient times features is 0 there', async () => {
  const classToken = { ...spec, pooling: 'cls' } as const;
  expect(explainedLayers(spec)).toEqual(['patch_embed', 'blocks.0', 'blocks.1', 'blocks.2']);
  expect(explainedLayers(classToken)).toEqual(['patch_embed', 'blocks.0', 'blocks.2']);
  const task = layerGradientTask(classToken, 'blocks.1', 2, (e, gradient, map) => e.sum(e.mul(gradient, map), [1]));
  const program = await (await ENGINES[0]!.open()).compile(task, params);
  expect(norm((await program.run({ images }))['signedMap']!)).toBeLessThan(1e-5);
  await program.dispose();
});
