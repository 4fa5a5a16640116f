import { describe, expect, test } from 'vitest';
import { checkMap, type DistancesAfter, type Removal } from '../../../src/main/domain/faithfulness/check-map.ts';
import { REMOVED_SHARES } from '../../../src/shared/faithfulness.ts';

const N = 100; // pixels: every share is a whole number of them

/**
 * A distance with a known answer: each pixel raises D by its worth, and a removed one does not. With worth w and a map that ranks pixels by
 * worth, D without the top f is D less the sum of the f N largest worths.
 */
const additive =
  (worth: Float32Array, donorSigns = [1]): DistancesAfter =>
  (removals: readonly Removal[]) =>
    Promise.resolve(
      removals.map(({ weights, fill }) => {
        const sign = fill === 'blur' ? 1 : donorSigns[fill]!;
        return weights().reduce((sum, weight, i) => sum + (1 - weight) * sign * worth[i]!, 0);
      }),
    );

const sum = (values: ArrayLike<number>, from: number, to: number): number =>
  Array.from(values)
    .slice(from, to)
    .reduce((total, v) => total + v, 0);
const shuffled = Float32Array.from({ length: N }, (_, i) => ((37 * i) % N) - 40); // -40..59, each once
const ascending = shuffled.toSorted();
const total = sum(ascending, 0, N);
/** Closed form: the mean over shares of the sum of the largest f N worths less that of the smallest. */
const EXACT = REMOVED_SHARES.reduce((s, f) => s + sum(ascending, N - f * N, N) - sum(ascending, 0, f * N), 0) / REMOVED_SHARES.length;

describe('the signed score of a map, with a distance that is a sum over pixels', () => {
  const check = (map: Float32Array, after = additive(shuffled), rolled: Float32Array[] = []) => checkMap({ map, rolled, donors: 1 }, total, after);

  test('is that of the closed form for the true map, and the opposite for its negative', async () => {
    expect((await check(shuffled)).score).toBeCloseTo(EXACT, 3);
    expect((await check(shuffled.map((v) => -v))).score).toBeCloseTo(-EXACT, 3);
    expect((await check(shuffled.map((v) => v ** 3))).score).toBeCloseTo(EXACT, 3); // only the order counts
  });

  test('is 0 for a constant and for an empty map, and scores rolled maps likewise', async () => {
    const other = Float32Array.from(shuffled, (_, i) => shuffled[(i + 50) % N]!);
    const result = await check(new Float32Array(N).fill(2), additive(shuffled), [shuffled, other]);
    expect(result.score).toBeCloseTo(0, 6);
    expect((await check(new Float32Array(N))).score).toBeCloseTo(0, 6);
    expect(result.rolled[0]).toBeCloseTo(EXACT, 3);
    expect(result.rolled[1]).toBeCloseTo((await check(other)).score, 6);
  });

  test('has a curve of D at every share, and the shift by the strongest 15 % of each sign', async () => {
    const result = await check(shuffled, additive(shuffled), [shuffled, shuffled.map((v) => -v)]);
    expect(result.curve.map(({ share }) => share)).toEqual([...REMOVED_SHARES]);
    for (const { share, top, bottom, rolled } of result.curve) {
      expect(top).toBeCloseTo(total - sum(ascending, N - share * N, N), 3);
      expect(bottom).toBeCloseTo(total - sum(ascending, 0, share * N), 3);
      expect(rolled.mean).toBeCloseTo((top + bottom) / 2, 3);
      expect([rolled.low, rolled.high]).toEqual([top, bottom]);
    }
    expect(result.raising).toBeCloseTo(-sum(ascending, N - 15, N), 3);
    expect(result.lowering).toBeCloseTo(-sum(ascending, 0, 15), 3);
  });

  test('has no shift for a sign that the map lacks', async () => {
    const positive = shuffled.map((v) => (v > 0 ? v : 0));
    expect(await check(positive)).toMatchObject({ lowering: null });
    expect(await check(new Float32Array(N))).toMatchObject({ raising: null, lowering: null });
  });

  test('is taken with each donor as fill, too: their mean, and null without a donor', async () => {
    expect((await check(shuffled, additive(shuffled, [-1]))).donor).toBeCloseTo(-EXACT, 3);
    const withThree = await checkMap({ map: shuffled, rolled: [shuffled], donors: 3 }, total, additive(shuffled, [1, -4, 1.5]));
    expect(withThree.donor).toBeCloseTo(-0.5 * EXACT, 3);
    expect([withThree.score, ...withThree.rolled]).toEqual([expect.closeTo(EXACT, 3), expect.closeTo(EXACT, 3)]);
    const without = await checkMap({ map: shuffled, rolled: [], donors: 0 }, total, additive(shuffled));
    expect(without.donor).toBeNull();
  });
});
