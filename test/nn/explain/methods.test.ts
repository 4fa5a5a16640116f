import { describe, expect, test } from 'vitest';
import { type MethodName } from '../../../src/shared/explanation-methods.ts';
import type { BackboneName } from '../../../src/shared/backbones.ts';
import type { Engine } from '../../../src/main/nn/engines/engine.ts';
import { methodNamed } from '../../../src/main/nn/explain/index.ts';
import type { PairMaps } from '../../../src/main/nn/explain/method.ts';
import type { TensorMap } from '../../../src/main/nn/ir/tensor.ts';
import { layerNames, siameseParams, type SiameseSpec } from '../../../src/main/nn/siamese.ts';
import { ENGINES } from '../engines.ts';
import { filledTensors, hashed, readFixture, relativeError } from '../reference.ts';

/** Written by explanations.py: float64 and PyTorch, none of this code. */
interface Case {
  backbone: BackboneName;
  size: number;
  layer: string;
  distance: number;
  baseline: [number, number];
  path: [number[], number[]];
  gradcam: [number[], number[]];
}

const { cases } = readFixture<{ cases: Case[] }>('explanations.json');
const TOLERANCE = 1e-4;

const sum = (values: ArrayLike<number>): number => Array.from(values).reduce((total, value) => total + value, 0);
const image = (name: string, size: number): Float32Array => Float32Array.from(hashed(name, 3 * size ** 2), (u) => 1.5 * u);

async function explainWith(
  engine: Engine,
  method: MethodName,
  spec: SiameseSpec,
  layer: string,
  params: TensorMap,
  pair: Float32Array,
): Promise<PairMaps> {
  const explainer = methodNamed(method)(spec, layer);
  return await explainer.explain(async (name, inputs) => {
    const program = await engine.compile(explainer.tasks[name]!, params);
    try {
      return await program.run(inputs);
    } finally {
      await program.dispose();
    }
  }, pair);
}

describe.each(ENGINES)('maps against float64 in PyTorch, on $title', ({ open }) => {
  describe.each(cases)('$backbone', (c) => {
    const spec: SiameseSpec = { backbone: c.backbone, flavour: 'torch', size: c.size, dim: 2 };
    const params = filledTensors(siameseParams(spec));
    const last = layerNames(c.backbone).at(-1)!;
    const [a, b] = [image('image1', c.size), image('image2', c.size)];
    const [pair, swapped] = [Float32Array.from([...a, ...b]), Float32Array.from([...b, ...a])];
    const explain = async (method: MethodName, images: Float32Array, layer = last): Promise<PairMaps> =>
      explainWith(await open(), method, spec, layer, params, images);

    test('path: the integral, complete to 1e-5, and swapping the images swaps the maps', async () => {
      const found = await explain('path', pair);
      expect(relativeError([found.distance, ...found.baseline!], [c.distance, ...c.baseline])).toBeLessThan(TOLERANCE);
      found.signed.forEach((map, i) => {
        expect(relativeError(map, c.path[i]!)).toBeLessThan(TOLERANCE);
        const difference = found.distance - found.baseline![i]!;
        expect(Math.abs(sum(map) - difference)).toBeLessThan(1e-5 * Math.max(found.distance, found.baseline![i]!));
      });
      const other = await explain('path', swapped);
      for (const i of [0, 1] as const) expect(relativeError(other.signed[i], found.signed[1 - i]!)).toBeLessThan(1e-5);
    });

    test('gradcam at an earlier layer', async () => {
      const { signed } = await explain('gradcam', pair, c.layer);
      signed.forEach((map, i) => expect(relativeError(map, c.gradcam[i]!)).toBeLessThan(TOLERANCE));
    });

    test('path: two copies of one image have the evidence that makes them the same', async () => {
      const { signed, distance, baseline } = await explain('path', Float32Array.from([...a, ...a]));
      expect(distance).toBeLessThan(1e-3);
      signed.forEach((map, i) => expect(Math.abs(sum(map) + baseline![i]!)).toBeLessThan(2e-3 * baseline![i]!));
    });
  });
});
