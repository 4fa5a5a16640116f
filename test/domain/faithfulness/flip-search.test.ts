import { describe, expect, test } from 'vitest';
import { type Perturbation, findFlips } from '../../../src/main/domain/faithfulness/flip-search.ts';
import { keptWeights, rankMap, removalWeights } from '../../../src/main/domain/faithfulness/removal.ts';
import { COARSE_SHARES, type FlipMode } from '../../../src/shared/flip.ts';

/**
 * A stand-in for a network whose distance is a linear function of the blurred pixels, so that every share is known. Images have 100 px, so a
 * share is a number of pixels. The map has its largest values at the 30 px that count; a copy has them elsewhere.
 *
 *   D = 1 - 0.02 (counting px blurred in A) - 0.01 (counting px blurred in B)
 */
const PIXELS = 100;
const COUNTING = 30;
const FACTORS = [0.02, 0.01] as const;
const THRESHOLD = 0.7905;

const MAP = Float32Array.from({ length: PIXELS }, (_, i) => PIXELS - i); // the first 30 px count
const shifted = (by: number): Float32Array => MAP.map((_, i) => MAP[(i + by) % PIXELS]!);
/** Every second of its first 60 px counts. */
const interleaved = Float32Array.from({ length: PIXELS }, (_, i) => (i < COUNTING ? PIXELS - 2 * i : i < 60 ? PIXELS - 2 * (i - COUNTING) - 1 : -i));
const COPIES = [shifted(50), MAP, interleaved];
const RANKS = [MAP, ...COPIES].map(rankMap);

const weightsOf = ({ map, mode, share }: Perturbation): Float32Array =>
  mode === 'remove' ? removalWeights(RANKS[map]!, share / 100, 'top') : keptWeights(RANKS[map]!, share / 100);

/** The part of D that an image takes away. */
const embeddingOf = (perturbation: Perturbation, factors: readonly [number, number]): number =>
  factors[perturbation.image] *
  weightsOf(perturbation)
    .subarray(0, COUNTING)
    .reduce((sum, weight) => sum + weight, 0);

interface Options {
  threshold?: number;
  factors?: readonly [number, number];
  hasEvidence?: readonly [boolean, boolean];
  lossOf?: (perturbation: Perturbation) => number;
  modes?: readonly FlipMode[] | undefined;
}

async function find({
  threshold = THRESHOLD,
  factors = FACTORS,
  hasEvidence = [true, true],
  lossOf = (perturbation) => embeddingOf(perturbation, factors),
  modes,
}: Options) {
  const perturbations: Perturbation[] = [];
  const progress: { done: number; total: number }[] = [];
  const parts = await findFlips<number>({
    unchanged: [0, 0],
    distance: (a, b) => 1 - a - b,
    holds: (distance) => distance > threshold,
    hasEvidence,
    rolled: COPIES.length,
    modes,
    embed: (some, onEmbedded) => {
      perturbations.push(...some);
      onEmbedded(some.length);
      return Promise.resolve(some.map(lossOf));
    },
    onProgress: (p) => progress.push(p),
  });
  return { parts, perturbations, progress };
}

describe('the search of a flip test', () => {
  test('finds the shares that a linear distance implies, to the percent', async () => {
    const { parts } = await find({});
    // 1 - 0.02 k <= T for k >= 10.5; 1 - 0.01 k for k >= 20.95; 1 - 0.03 k for k >= 6.98.
    expect([parts.a, parts.b, parts.both].map((part) => part!.remove.share)).toEqual([11, 21, 7]);
    // 1 - 0.02 (30 - k) > T for k > 19.5; 1 - 0.01 (30 - k) for k > 9.05; 1 - 0.03 (30 - k) for k > 23.02.
    expect([parts.a, parts.b, parts.both].map((part) => part!.keep.share)).toEqual([20, 10, 24]);
    const { tried } = parts.a!.remove;
    expect(tried.map(({ share }) => share)).toEqual([5, 10, 11, 12, 13, 14, ...COARSE_SHARES.slice(2)]);
    for (const { share, distance } of tried) expect(distance).toBeCloseTo(1 - 0.02 * Math.min(share, COUNTING), 6);
  });

  test('tries the copies at the same shares up to the one found: elsewhere, the same map, and half as dense', async () => {
    const { parts, perturbations } = await find({});
    expect(parts.a!.remove.rolled).toEqual([null, 11, null]); // the third needs 21 %
    expect(parts.b!.remove.rolled).toEqual([null, 21, null]);
    expect(parts.both!.keep.rolled).toEqual([null, 24, null]);
    const ofCopies = perturbations.filter(({ map, image, mode }) => map > 0 && image === 0 && mode === 'remove').map(({ share }) => share);
    expect([...new Set(ofCopies)].sort((x, y) => x - y)).toEqual([5, 6, 7, 10, 11]); // 6 and 7 for both images
    expect(new Set(perturbations.map((perturbation) => JSON.stringify(perturbation))).size).toBe(perturbations.length); // each embedded once
  });

  test('one mode alone: the same shares as among both, and nothing embedded for the other', async () => {
    const both = await find({});
    const { parts, perturbations, progress } = await find({ modes: ['remove'] });
    for (const part of ['a', 'b', 'both'] as const)
      expect(parts[part]).toEqual({ remove: both.parts[part]!.remove, keep: { share: null, tried: [], rolled: [] } });
    expect(perturbations).toEqual(both.perturbations.filter(({ mode }) => mode === 'remove'));
    expect(progress.every(({ done, total }) => done <= total)).toBe(true);
  });

  test('a part without an effect up to 50 %: copies are tried at all coarse shares', async () => {
    const { parts } = await find({ threshold: 0.65, factors: [0.02, 0.01] });
    expect(parts.b!.remove).toMatchObject({ share: null, rolled: [null, null, null] }); // at most 0.3 of the distance
    expect(parts.b!.remove.tried.map(({ share }) => share)).toEqual([...COARSE_SHARES]);
    expect(parts.b!.keep).toMatchObject({ share: 0, rolled: [] }); // nothing needs to be kept
    expect(parts.a!.remove.share).toBe(18);
    const copyOnly = await find({
      lossOf: ({ map, image, mode, share }) => (mode === 'remove' && image === 1 && map === 1 && share >= 40 ? 0.5 : 0),
    });
    expect(copyOnly.parts.b!.remove).toMatchObject({ share: null, rolled: [40, null, null] });
  });

  test('the share is the smallest tried one, also where a larger one has no effect', async () => {
    const lossOf = ({ image, mode, share }: Perturbation): number => (image === 0 && mode === 'remove' && share >= 17 && share <= 22 ? 0.5 : 0);
    const { parts } = await find({ lossOf });
    expect(parts.a!.remove.share).toBe(17);
    for (const { share, distance } of parts.a!.remove.tried) expect(distance > THRESHOLD).toBe(share < 17 || share > 22);
  });

  test('swapping A and B swaps the rows', async () => {
    const [one, other] = [await find({}), await find({ factors: [0.01, 0.02] })];
    expect([other.parts.a, other.parts.b]).toEqual([one.parts.b, one.parts.a]);
    expect(other.parts.both!.remove.share).toBe(one.parts.both!.remove.share);
  });

  test('an image whose map has no evidence has no order, and neither have both', async () => {
    const { parts, perturbations } = await find({ hasEvidence: [false, true] });
    expect(parts).toMatchObject({ a: null, both: null });
    expect(parts.b!.remove.share).toBe(21);
    expect(perturbations.every(({ image }) => image === 1)).toBe(true);
    expect((await find({ hasEvidence: [false, false] })).parts).toEqual({ a: null, b: null, both: null });
  });

  test('progress never exceeds its total and ends with it or below', async () => {
    const { progress, perturbations } = await find({});
    expect(progress.every(({ done, total }) => done <= total)).toBe(true);
    expect(progress.at(-1)!.done).toBe(perturbations.length);
    expect(progress.map(({ done }) => done)).toEqual(progress.map(({ done }) => done).toSorted((x, y) => x - y));
  });

  test('an error of the network ends the search', async () => {
    const failing = findFlips<number>({
      ...{ unchanged: [0, 0], distance: () => 1, holds: () => true, hasEvidence: [true, true], rolled: 0 },
      embed: () => Promise.reject(new Error('cancelled')),
    });
    await expect(failing).rejects.toThrow('cancelled');
  });
});
