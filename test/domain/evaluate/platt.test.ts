import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { derivatives, fitPlatt, lossAt, plattTargets } from '../../../src/main/domain/evaluate/platt.ts';
import { CASES } from './calibration-cases.ts';
import { tiedSample } from './distance-samples.ts';

describe('slope and midpoint equal the optimum found by scipy and scikit-learn', () => {
  test.each(CASES.filter(({ name }) => name !== 'constant').map((one) => [one.name, one] as const))('%s', (_, { pairs, distances, ...known }) => {
    const { centre, level, slope } = fitPlatt(
      distances,
      pairs.map(({ label }) => label),
    );
    expect(centre).toBeCloseTo(known.centre, 9);
    expect(level).toBeCloseTo(known.level, 7);
    expect(slope / Math.max(1, Math.abs(known.slope))).toBeCloseTo(known.slope / Math.max(1, Math.abs(known.slope)), 5);
    if (!known.sklearn) return;
    expect(slope / known.sklearn.slope).toBeCloseTo(1, 5);
    expect((centre + level / slope) / known.sklearn.midpoint).toBeCloseTo(1, 6);
  });
});

test('of equal distances, the level is that of the labels and the slope next to 0', () => {
  const { level, slope } = fitPlatt(
    Array.from({ length: 8 }, () => 0.7),
    [0, 0, 0, 0, 0, 1, 1, 1],
  );
  // Mean of Platt's targets, 6/7 of five pairs and 1/5 of three.
  expect(1 / (1 + Math.exp(-level))).toBeCloseTo((5 * (6 / 7) + 3 / 5) / 8, 8);
  expect(slope).toBeGreaterThan(0);
  expect(slope).toBeLessThan(1e-5);
});

test('the derivatives agree with finite differences of the loss', () => {
  const x = Float64Array.of(-1.2, -0.4, -0.1, 0.5, 1.2);
  const t = plattTargets([0, 0, 1, 0, 1]);
  const h = 1e-4;
  const at = (a: number, b: number): number => lossAt(x, t, a, b);
  for (const [a, b] of [
    [0, 0],
    [0.5, -2],
    [-1, 3],
  ] as const) {
    const { ga, gb, haa, hab, hbb } = derivatives(x, t, a, b);
    expect(ga).toBeCloseTo((at(a + h, b) - at(a - h, b)) / (2 * h), 6);
    expect(gb).toBeCloseTo((at(a, b + h) - at(a, b - h)) / (2 * h), 6);
    expect(haa).toBeCloseTo((at(a + h, b) - 2 * at(a, b) + at(a - h, b)) / h ** 2, 4);
    expect(hbb).toBeCloseTo((at(a, b + h) - 2 * at(a, b) + at(a, b - h)) / h ** 2, 4);
    expect(hab).toBeCloseTo((at(a + h, b + h) - at(a + h, b - h) - at(a - h, b + h) + at(a - h, b - h)) / (4 * h ** 2), 4);
  }
});

test('is finite for any sample, and scales with the unit of the distance', () => {
  fc.assert(
    fc.property(tiedSample, fc.double({ min: 1e-6, max: 1e6, noNaN: true }), ({ distances, labels }, unit) => {
      const [one, scaled] = [1, unit].map((factor) =>
        fitPlatt(
          distances.map((d) => d * factor),
          labels,
        ),
      );
      expect([one!.level, one!.slope, scaled!.level, scaled!.slope].every(Number.isFinite)).toBe(true);
      expect(scaled!.level).toBeCloseTo(one!.level, 6);
      if (Math.abs(one!.slope) > 1e-4) expect((scaled!.slope * unit) / one!.slope).toBeCloseTo(1, 5);
    }),
  );
});
