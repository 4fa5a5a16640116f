import { describe, expect, test } from 'vitest';
import { DICTIONARY, PATCH, PATCH_CHANNELS, PATCH_VALUES, SCALES, scaledSide, scaleName } from '../../../src/main/nn/backbones/patches.ts';
import { placeCells } from '../../../src/main/nn/explain/receptive-field.ts';
import { fitScale, normalisedPatch, PatchSample, resizePixels, featureScales } from '../../../src/main/nn/fit-patches.ts';
import type { GradientStep } from '../../../src/main/nn/ir/task.ts';
import { ProgramBuilder } from '../../../src/main/nn/ir/build/builder.ts';
import { initialTensors } from '../../../src/main/nn/initialise.ts';
import type { TensorMap } from '../../../src/main/nn/ir/tensor.ts';
import { BACKBONE_PREFIX, featuresTask, layerNames, layerTask, siameseParams, type SiameseSpec } from '../../../src/main/nn/siamese.ts';
import { ENGINES } from '../engines.ts';
import { hashed, readFixture, relativeError } from '../reference.ts';

/** Written by patches.py: numpy, float64, none of this code. */
interface Reference {
  scales: Record<string, { whitening: number[]; offset: number[] }>;
  features: { similarities: number[]; colours: number[] }[];
}

const SIZE = 32;
/** Some of the 30,000 similarities pass their kink within a step, which changes the quotient by 3 %. */
const STEP = 5e-4;
const reference = readFixture<Reference>('patches.json');
const spec: SiameseSpec = { backbone: 'patches', flavour: 'torch', size: SIZE, dim: 2 };

function imageOf(i: number): Float32Array {
  const [coarse, fine] = [hashed(`patches image ${i}`, 3 * 64), hashed(`patches noise ${i}`, 3 * SIZE ** 2)];
  return Float32Array.from(fine, (noise, at) => {
    const [c, y, x] = [Math.floor(at / SIZE ** 2), Math.floor(at / SIZE) % SIZE, at % SIZE];
    return Math.min(1, Math.max(0, 0.5 + 0.5 * coarse[c * 64 + (y >> 2) * 8 + (x >> 2)]! + 0.05 * noise));
  });
}

const images = [1, 2, 3, 4].map(imageOf); // pixels 0..1
const normalised = (pixels: Float32Array): Float32Array => pixels.map((value) => 2 * value - 1);
const pair = Float32Array.from([...normalised(images[0]!), ...normalised(images[1]!)]);

/** Fitted to all patches of the images, row by row. */
function fitted(): TensorMap {
  return new Map(
    SCALES.flatMap(({ factor }) => {
      const side = scaledSide(SIZE, factor);
      const starts = Array.from({ length: side - PATCH + 1 }, (_, i) => i);
      const rows = images.flatMap((image) => {
        const pixels = resizePixels(image, SIZE, side);
        return starts.flatMap((top) => starts.flatMap((left) => [...normalisedPatch(pixels, side, top, left)]));
      });
      const n = rows.length / PATCH_VALUES;
      const order = Array.from({ length: DICTIONARY }, (_, i) => (37 * i) % n);
      return [...fitScale(Float32Array.from(rows), scaleName(factor), order)];
    }),
  );
}

const tensors = fitted();
const params = (standard: TensorMap = new Map()): TensorMap =>
  new Map([
    ...initialTensors(siameseParams(spec), 1),
    ...[...tensors, ...standard].map(([name, tensor]) => [BACKBONE_PREFIX + name, tensor] as const),
  ]);

test('whitening and offset of every scale are those of numpy', () => {
  for (const { factor } of SCALES) {
    const { whitening, offset } = reference.scales[`scale${factor}`]!;
    const { data } = tensors.get(`scale${factor}.whitening`)!;
    expect(
      relativeError(
        whitening.map((_, i) => data[i * PATCH_VALUES + i]!),
        whitening,
      ),
    ).toBeLessThan(1e-5);
    expect(relativeError(tensors.get(`scale${factor}.offset`)!.data, offset)).toBeLessThan(1e-4);
  }
});

describe.each(ENGINES)('on $title', ({ open }) => {
  test('similarities and colours are those of numpy', async () => {
    const executable = await (await open()).compile(featuresTask(spec, 'pooled', 2), params());
    const { features } = await executable.run({ images: pair });
    await executable.dispose();
    for (const [i, { similarities, colours }] of reference.features.entries()) {
      const own = features!.subarray(i * PATCH_CHANNELS, (i + 1) * PATCH_CHANNELS);
      const first = colours.length;
      expect(
        relativeError(
          similarities.map((_, k) => own[first + 5 * k]!),
          similarities,
        ),
      ).toBeLessThan(1e-4);
      expect(relativeError(own.subarray(0, first), colours)).toBeLessThan(1e-5);
    }
  });

  test('the mean over the cells of the map is the features, and a cell is where its patch is', async () => {
    const engine = await open();
    const standard = featureScales(
      Float32Array.from({ length: 3 * PATCH_CHANNELS }, (_, i) => 0.01 * ((i * 7919) % 11)),
      PATCH_CHANNELS,
    );
    const pooled = await engine.compile(featuresTask(spec, 'pooled', 2), params(standard));
    const { features } = await pooled.run({ images: pair });
    await pooled.dispose();
    const { program, outputs } = layerTask(spec, layerNames('patches').at(-1)!, 2);
    const placed = placeCells(program, outputs.features);
    const executable = await engine.compile(
      { program: placed.program, outputs: { features: outputs.features, centre: placed.centre } },
      params(standard),
    );
    const { features: map, centre } = await executable.run({ images: pair });
    await executable.dispose();
    const cells = map!.length / features!.length;
    expect(outputs.features.shape).toEqual([2, PATCH_CHANNELS, 7, 7]);
    const means = features!.map((_, k) => map!.subarray(k * cells, (k + 1) * cells).reduce((sum, value) => sum + value, 0) / cells);
    expect(relativeError(means, features!)).toBeLessThan(1e-4);
    const { across, down } = placed.placementAt(centre!);
    for (const axis of [across, down]) {
      expect(axis.first * SIZE).toBeCloseTo(PATCH / 2, 1);
      expect(axis.step * SIZE).toBe(4);
    }
  });

  test('the gradient of the features by the pixels matches finite differences', async () => {
    const engine = await open();
    const { program, outputs } = featuresTask(spec, 'pooled', 1);
    const b = new ProgramBuilder(program);
    const weights = hashed('weights of the features', PATCH_CHANNELS);
    const seed = b.constant(Float32Array.from(weights), [1, PATCH_CHANNELS]);
    const of = outputs['features']!;
    const derived: GradientStep = { of, seed, wrt: [program.inputs.get('images')!], then: (_, [gradient]) => ({ outputs: { gradient: gradient! } }) };
    const executable = await engine.compile({ program: b, outputs, derived }, params());
    const x = normalised(images[2]!);
    const direction = hashed('direction', x.length);
    const sumAt = async (step: number): Promise<number> => {
      const { features } = await executable.run({ images: x.map((value, i) => value + step * direction[i]!) });
      return weights.reduce((sum, weight, k) => sum + weight * features![k]!, 0);
    };
    const { gradient } = await executable.run({ images: x });
    const along = direction.reduce((sum, value, i) => sum + value * gradient![i]!, 0);
    const quotient = ((await sumAt(STEP)) - (await sumAt(-STEP))) / (2 * STEP);
    expect(Math.abs(along / quotient - 1)).toBeLessThan(0.05);
    expect(Math.abs(along)).toBeGreaterThan(0.01);
    await executable.dispose();
  });
});

test('beside a backbone: its pooled features, then those of patches; the map of both averages to them', async () => {
  const size = 48;
  const both: SiameseSpec = { ...spec, backbone: 'compact', beside: 'patches', size };
  const tensors = initialTensors(siameseParams(both), 1);
  const input = Float32Array.from(hashed('images', 3 * size ** 2));
  const engine = await ENGINES[0]!.open();
  const layer = layerNames('compact', 'patches').at(-1)!;
  const { program, outputs } = layerTask(both, layer, 1);
  const placed = placeCells(program, outputs.features);
  const executable = await engine.compile({ program: placed.program, outputs: { features: outputs.features, centre: placed.centre } }, tensors);
  const { features: map, centre } = await executable.run({ images: input });
  await executable.dispose();
  const featuresOf = async (of: SiameseSpec): Promise<Float32Array> => {
    const pooled = await engine.compile(featuresTask(of, 'pooled', 1), tensors);
    const { features } = await pooled.run({ images: input });
    await pooled.dispose();
    return features!;
  };
  const features = await featuresOf(both);
  const alone = await featuresOf({ ...both, beside: null });
  expect(features.length).toBe(alone.length + PATCH_CHANNELS);
  expect(relativeError(features.subarray(0, alone.length), alone)).toBeLessThan(1e-5);
  const cells = map!.length / features.length;
  const means = features.map((_, k) => map!.subarray(k * cells, (k + 1) * cells).reduce((sum, value) => sum + value, 0) / cells);
  expect(relativeError(means, features)).toBeLessThan(1e-4);
  const { across } = placed.placementAt(centre!);
  expect(across.first).toBeCloseTo(3 / 128, 2); // in the image at 128 px
  expect(across.step).toBeCloseTo(4 / 128, 5);
});

test('the same seed draws the same dictionary, another one another', () => {
  const fit = (seed: number): TensorMap => {
    const sample = new PatchSample({ images: 2, size: SIZE, seed });
    images.slice(0, 2).forEach((image, i) => sample.add(image, `image ${i}`));
    return sample.fit();
  };
  const [one, same, other] = [fit(1), fit(1), fit(2)].map((found) => found.get('scale1.dictionary')!.data);
  expect(same).toEqual(one);
  expect(other).not.toEqual(one);
});

test('features that hardly vary are not enlarged to noise', () => {
  const rows = Float32Array.from([0, 0, 5, 1, 1e-6, 5, 2, 0, 5, 3, 1e-6, 5]); // deviations of about 1.1, 5e-7 and 0
  const wide = Float32Array.from({ length: 4 * PATCH_CHANNELS }, (_, at) => rows[3 * Math.floor(at / PATCH_CHANNELS) + (at % 3)]!);
  const { data } = featureScales(wide, PATCH_CHANNELS).get('standard.scale')!;
  expect(data.every(Number.isFinite)).toBe(true);
  expect(data[0]).toBeCloseTo(1 / Math.sqrt(1.25), 5);
});
