import fc from 'fast-check';
import { expect, test } from 'vitest';
import { certaintyAt, distanceOf, isNearThreshold, similarityOf } from '../../src/shared/calibration.ts';

const distance = fc.double({ min: 0, max: 1e3, noNaN: true });

test('the similarity is a half at the midpoint, falls with the distance and stays within 0..1', () => {
  fc.assert(
    fc.property(distance, fc.double({ min: 0.01, max: 50, noNaN: true }), distance, distance, (midpoint, slope, d1, d2) => {
      const at = (d: number): number => similarityOf(d, { threshold: 7, midpoint, slope });
      expect(at(midpoint)).toBe(0.5);
      expect(at(Math.min(d1, d2))).toBeGreaterThanOrEqual(at(Math.max(d1, d2)));
      expect(at(d1) >= 0 && at(d1) <= 1).toBe(true);
    }),
  );
});

test('a curve of an older version has its 50 % at the threshold, and no interval', () => {
  expect(similarityOf(1.2, { threshold: 1.2, slope: 3 })).toBe(0.5);
  expect(certaintyAt(1.2, { threshold: 1.2, slope: 3 })).toBeNull();
});

const fit = {
  same: 40,
  different: 60,
  over: 'images' as const,
  units: 30,
  range: [0.2, 2.5] as [number, number],
  centre: 1,
  covariance: [0.04, 0.01, 0.09] as [number, number, number],
  reliability: null,
};
const curve = { threshold: 1, midpoint: 1.1, slope: 3, fit };

test('the interval is that of the delta method on the logit scale, with Student’s t of the images', () => {
  const { low, high, ...rest } = certaintyAt(1.6, curve)!;
  // Variance of the logit at 0.6 from the centre: 0.04 - 2 · 0.01 · 0.6 + 0.09 · 0.36; t with 28 degrees of freedom is 2.0484.
  const half = 2.0484 * Math.sqrt(0.04 - 0.012 + 0.0324);
  const logistic = (x: number): number => 1 / (1 + Math.exp(-x));
  expect(low).toBeCloseTo(logistic(-1.5 - half), 4);
  expect(high).toBeCloseTo(logistic(-1.5 + half), 4);
  expect(rest).toEqual({ beyond: false, over: 'images' as const, units: 30, pairs: 100, same: 40 });
});

test('outside the distances of the validation pairs it is extrapolated', () => {
  expect([0.1, 0.2, 2.5, 2.6].map((d) => certaintyAt(d, curve)!.beyond)).toEqual([true, false, false, true]);
});

test('the distance of a similarity is its inverse', () => {
  for (const share of [0.01, 0.3, 0.5, 0.99]) expect(similarityOf(distanceOf(share, curve), curve)).toBeCloseTo(share, 12);
});

const overOdds = { threshold: 1, midpoint: 1.1, slope: 1.5, scale: 'log-odds' } as const;

test('on the scale of odds, D²/2 is a probability: the similarity falls with the distance, and the inverse finds it again', () => {
  expect(similarityOf(1.1, overOdds)).toBeCloseTo(0.5, 12);
  // By hand: o(D) = (D²/2) / (1 - D²/2), similarity = 1 / (1 + (o(0.8) / o(1.1))^1.5).
  const odds = (d: number): number => d ** 2 / 2 / (1 - d ** 2 / 2);
  expect(similarityOf(0.8, overOdds)).toBeCloseTo(1 / (1 + (odds(0.8) / odds(1.1)) ** 1.5), 12);
  fc.assert(
    fc.property(fc.double({ min: 0.05, max: 1.413, noNaN: true }), distance, distance, (d, d1, d2) => {
      expect(distanceOf(similarityOf(d, overOdds), overOdds)).toBeCloseTo(d, 9);
      expect(similarityOf(Math.min(d1, d2), overOdds)).toBeGreaterThanOrEqual(similarityOf(Math.max(d1, d2), overOdds));
    }),
  );
  expect(similarityOf(0, overOdds)).toBe(similarityOf(0.01, overOdds)); // below 0.001 no probability is told apart
});

test('a distance is near the threshold if their logits differ by at most 0.2, on the scale of the curve', () => {
  expect([0.94, 0.96, 1, 1.04, 1.06].map((d) => isNearThreshold(d, 1, { slope: 4 }))).toEqual([false, true, true, true, false]);
  const logitOf = (d: number): number => 1.5 * Math.log(d ** 2 / 2 / (1 - d ** 2 / 2));
  for (const d of [0.9, 0.96, 0.97, 1.02, 1.04, 1.1]) expect([d, isNearThreshold(d, 1, overOdds)]).toEqual([d, Math.abs(logitOf(d)) <= 0.2]);
  // Where the curve is flat, distances have equal logits, and yet are far from each other.
  expect([1.4175, 1.4136, 9].map((d) => isNearThreshold(d, 9, overOdds))).toEqual([false, false, true]);
  expect([0, 0.01, 0.0199, 0.04].map((d) => isNearThreshold(d, 0.02, overOdds))).toEqual([false, false, true, false]);
  expect(isNearThreshold(1.4136, 1.41355, overOdds)).toBe(true);
});

test('the interval on that scale is by the position of the distance', () => {
  const { low, high } = certaintyAt(0.8, { ...overOdds, fit: { ...fit, centre: 0 } })!;
  const logit = (p: number): number => Math.log(p / (1 - p));
  const x = Math.log(0.32 / 0.68);
  expect((logit(high) - logit(low)) / 2).toBeCloseTo(2.0484 * Math.sqrt(0.04 - 2 * 0.01 * x + 0.09 * x * x), 3);
  expect((logit(high) + logit(low)) / 2).toBeCloseTo(logit(similarityOf(0.8, overOdds)), 9);
});
