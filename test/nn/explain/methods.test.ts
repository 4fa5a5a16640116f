import { describe, expect, test } from 'vitest';
import { type MethodName, METHODS, methodInfo } from '../../../src/shared/explanation-methods.ts';
import type { BackboneName } from '../../../src/shared/backbones.ts';
import { largestAbsolute, type MapGrid, valueAt } from '../../../src/shared/maps/field.ts';
import { centreOf, evenPlacement } from '../../../src/shared/maps/placement.ts';
import type { Engine } from '../../../src/main/nn/engines/engine.ts';
import { combineParts, detailTask } from '../../../src/main/nn/explain/detail.ts';
import { methodNamed } from '../../../src/main/nn/explain/index.ts';
import { INTEGRAL_STEPS, smoothingOf } from '../../../src/main/nn/explain/integrated-gradients.ts';
import { halves, type PairMaps } from '../../../src/main/nn/explain/method.ts';
import { OCCLUSION_GRID } from '../../../src/main/nn/explain/occlusion.ts';
import type { TensorMap } from '../../../src/main/nn/ir/tensor.ts';
import { layerNames, siameseParams, type SiameseSpec } from '../../../src/main/nn/siamese.ts';
import { ENGINES } from '../engines.ts';
import { filledTensors, hashed, readFixture, relativeError } from '../reference.ts';

type Two<T> = [T, T];

/** Written by explanations.py: float64 and PyTorch, none of this code. */
interface Case {
  backbone: BackboneName;
  size: number;
  layer: string;
  fills: Two<string>; // names of what replaces parts of the images
  distance: number;
  baseline: Two<number>;
  path: Two<number[]>;
  gradcam: Two<number[]>;
  layercam: Two<number[]>;
  fine1: Two<number[]>;
  fine2: Two<number[]>;
  filled: Two<number>; // distances with one image replaced
  integrated: Two<number[]>;
  occlusion: Two<number[]>;
}

const { cases } = readFixture<{ cases: Case[] }>('explanations.json');
const TOLERANCE = 1e-4;

const sum = (values: ArrayLike<number>): number => Array.from(values).reduce((total, value) => total + value, 0);
const image = (name: string, size: number, scale: number): Float32Array => Float32Array.from(hashed(name, 3 * size ** 2), (u) => scale * u);
const pairOf = (a: Float32Array, b: Float32Array): Float32Array => Float32Array.from([...a, ...b]);

interface Explained {
  maps: PairMaps;
  progress: [done: number, total: number][];
}

/** By one network. Compiled methods are reused for further pairs. */
function explainerOf(engine: Engine, spec: SiameseSpec, params: TensorMap) {
  return async (
    method: MethodName,
    pairs: { images: Float32Array; fill?: Float32Array }[],
    layer = layerNames(spec.backbone).at(-1)!,
  ): Promise<Explained[]> => {
    const explainer = methodNamed(method)(spec, layer);
    const programs = await Promise.all(
      Object.entries(explainer.tasks).map(async ([name, task]) => [name, await engine.compile(task, params)] as const),
    );
    const byName = new Map(programs);
    const found: Explained[] = [];
    for (const { images, fill } of pairs) {
      const progress: Explained['progress'] = [];
      const pair = { images, blurred: () => fill!, onProgress: (...at: [number, number]) => void progress.push(at) };
      found.push({ maps: await explainer.explain((name, inputs) => byName.get(name)!.run(inputs), pair), progress });
    }
    for (const [, program] of programs) await program.dispose();
    return found;
  };
}

// In plain JavaScript the second engine takes seconds for a pass of a large network, so it gets the small one.
describe.each(ENGINES)('maps against float64 in PyTorch, on $title', ({ open, isSlow }) => {
  describe.each(isSlow ? cases.slice(0, 1) : cases)('$backbone', (c) => {
    const spec: SiameseSpec = { backbone: c.backbone, flavour: 'torch', size: c.size, dim: 2 };
    const params = filledTensors(siameseParams(spec));
    const [a, b] = [image('image1', c.size, 1.5), image('image2', c.size, 1.5)];
    const [fillA, fillB] = [image(c.fills[0], c.size, 0.5), image(c.fills[1], c.size, 0.5)];
    const [pair, swapped] = [
      { images: pairOf(a, b), fill: pairOf(fillA, fillB) },
      { images: pairOf(b, a), fill: pairOf(fillB, fillA) },
    ];
    const explain = async (...args: Parameters<ReturnType<typeof explainerOf>>): Promise<Explained[]> =>
      explainerOf(await open(), spec, params)(...args);
    const expectMaps = ({ signed }: PairMaps, expected: Two<number[]>, tolerance = TOLERANCE): void =>
      signed.forEach((map, i) => expect(relativeError(map, expected[i]!)).toBeLessThan(tolerance));

    test('path: the integral, complete to 1e-5; two copies of one image have the evidence that makes them the same', async () => {
      const [found, copies] = (await explain('path', [pair, { images: pairOf(a, a) }])).map(({ maps }) => maps) as Two<PairMaps>;
      expect(relativeError([found.distance, ...found.baseline!], [c.distance, ...c.baseline])).toBeLessThan(TOLERANCE);
      expectMaps(found, c.path);
      found.signed.forEach((map, i) => {
        const difference = found.distance - found.baseline![i]!;
        expect(Math.abs(sum(map) - difference)).toBeLessThan(1e-5 * Math.max(found.distance, found.baseline![i]!));
      });
      expect(copies.distance).toBeLessThan(1e-3);
      copies.signed.forEach((map, i) => expect(Math.abs(sum(map) + copies.baseline![i]!)).toBeLessThan(2e-3 * copies.baseline![i]!));
    });

    test('gradcam and layercam at an earlier layer; at the last one they are the same', async () => {
      const at = async (method: MethodName, layer?: string): Promise<PairMaps> => (await explain(method, [pair], layer))[0]!.maps;
      expectMaps(await at('gradcam', c.layer), c.gradcam);
      expectMaps(await at('layercam', c.layer), c.layercam);
      expect(relativeError(c.layercam[0], c.gradcam[0])).toBeGreaterThan(0.1); // they differ there
      const [gradcam, layercam] = [await at('gradcam'), await at('layercam')];
      layercam.signed.forEach((map, i) => expect(relativeError(map, gradcam.signed[i]!)).toBeLessThan(1e-5));
      for (const method of ['gradcam', 'layercam'] as const) expect(methodInfo(method).atLastLayer).toMatch(/^At the last layer it equals/);
    });

    test('detail: its parts, and their weighted sum at the finest cells', async () => {
      const { task, placedMaps } = detailTask(spec, layerNames(c.backbone).at(-1)!);
      const program = await (await open()).compile(task, params);
      const out = await program.run({ images: pair.images });
      await program.dispose();
      for (const [k, expected] of [c.path, c.fine1, c.fine2].entries())
        halves(out[`part${k}`]!).forEach((map, i) => expect(relativeError(map, expected[i]!), `part ${k}`).toBeLessThan(TOLERANCE));
      const [{ maps }] = (await explain('detail', [pair])) as [Explained];
      const grids = placedMaps.map(({ map, placementAt }, k): MapGrid => {
        const [, , h, w] = map.shape as [number, number, number, number];
        return { map: halves(out[`part${k}`]!)[0], w, h, placement: placementAt(out[`centre${k}`]!) };
      });
      expect(relativeError(maps.signed[0], combineParts(grids))).toBeLessThan(1e-5);
      expect([maps.width, maps.height, maps.placement]).toEqual([grids[2]!.w, grids[2]!.h, grids[2]!.placement]);
      // Cell by cell: 2 base + fine 1 + fine 2, scaled to a largest value of 1, times a quarter of the base's largest value.
      const { across, down } = maps.placement;
      const [i, j] = [1, maps.width - 2];
      const parts = grids.map((grid) => valueAt(grid, centreOf(across, j), centreOf(down, i)) / largestAbsolute(grid.map));
      const expected = ((2 * parts[0]! + parts[1]! + parts[2]!) * largestAbsolute(grids[0]!.map)) / 4;
      expect(maps.signed[0][i * maps.width + j]).toBeCloseTo(expected, 5);
    });

    // ResNet18 has eleven million weights, and the methods below use nothing but its gradients and embeddings.
    test.skipIf(c.backbone === 'resnet18')('integrated gradients: 16 steps, the cells add up to the sum over pixels; with progress', async () => {
      const [{ maps, progress }] = (await explain('integrated-gradients', [pair])) as [Explained];
      expectMaps(maps, c.integrated);
      expect(relativeError([maps.distance, ...maps.baseline!], [c.distance, ...c.filled])).toBeLessThan(TOLERANCE);
      expect(progress).toEqual([0, 4, 8, 12].map((done) => [done, INTEGRAL_STEPS]));
    });

    test.skipIf(c.backbone === 'resnet18')('occlusion: the change of the distance by each patch, with progress', async () => {
      const [{ maps, progress }] = (await explain('occlusion', [pair])) as [Explained];
      expectMaps(maps, c.occlusion, 2e-4); // differences of distances in float32
      expect(progress.map(([done]) => done)).toEqual(Array.from({ length: 2 * OCCLUSION_GRID }, (_, i) => i));
    });

    test.skipIf(c.backbone === 'resnet18').each(METHODS)('%s: swapping the images swaps the maps, and with them everything else', async (method) => {
      const [one, other] = (await explain(method, [pair, swapped])).map(({ maps }) => maps) as Two<PairMaps>;
      for (const i of [0, 1] as const) {
        expect(relativeError(other.signed[i], one.signed[1 - i]!)).toBeLessThan(1e-5);
        if (one.baseline) expect(Math.abs(other.baseline![i] - one.baseline[1 - i]!)).toBeLessThan(1e-6 * one.distance);
      }
      expect(other.placement).toEqual(one.placement);
      expect(Math.abs(other.distance - one.distance)).toBeLessThan(1e-6 * one.distance);
      expect(one.signed[0]).toHaveLength(one.width * one.height);
    });
  });
});

describe('the parts of a map', () => {
  const part = (w: number, values: number[]): MapGrid => ({ map: Float32Array.from(values), w, h: 1, placement: evenPlacement(w, 1) });

  test('that are empty add nothing; an empty base empties the map', () => {
    const [base, fine] = [part(2, [4, -2]), part(2, [1, 1])];
    expect([...combineParts([base, part(2, [0, 0]), fine])]).toEqual([3, 0]); // (2 * [1, -0.5] + [1, 1]) * 4 / 4
    expect([...combineParts([part(2, [0, 0]), fine, fine])]).toEqual([0, 0]);
  });

  test('smoothing keeps the sum of the pixels', () => {
    const weights = smoothingOf(7, 50);
    for (let x = 0; x < 50; x++) expect(sum(Array.from({ length: 7 }, (_, i) => weights[i * 50 + x]!))).toBeCloseTo(1, 12);
  });
});
