import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cllrMinOf, cllrOf } from '../../../src/main/domain/evaluate/cllr.ts';
import { CASES } from './calibration-cases.ts';
import { tiedSample } from './distance-samples.ts';

describe('the cost of likelihood ratios', () => {
  test.each(CASES.flatMap((one) => (one.cllr === undefined ? [] : [[one.name, one] as const])))(
    'equals numpy’s, and with scikit-learn’s isotonic regression its minimum: %s',
    (_, { pairs, distances, level, slope, centre, cllr, cllrMin }) => {
      const labels = pairs.map(({ label }) => label);
      const same = labels.filter((label) => label === 0).length;
      const logRatios = distances.map((d) => level - slope * (d - centre) - Math.log(same / (labels.length - same)));
      expect(cllrOf(logRatios, labels)).toBeCloseTo(cllr!, 9);
      expect(cllrMinOf(logRatios, labels)).toBeCloseTo(cllrMin!, 9);
    },
  );

  test('is 1 for a system that always says 1, and near 0 for one that is right and sure', () => {
    expect(cllrOf([0, 0, 0], [0, 1, 1])).toBe(1);
    expect(cllrMinOf([0, 0, 0], [0, 1, 1])).toBeCloseTo(1, 12);
    expect(cllrOf([20, -20], [0, 1])).toBeLessThan(1e-8);
    expect(cllrOf([-20, 20], [0, 1])).toBeGreaterThan(20); // wrong and sure
  });

  test('the minimum is at most the cost, and does not change with a monotone change of the ratios', () => {
    fc.assert(
      fc.property(tiedSample, ({ distances, labels }) => {
        const logRatios = distances.map((d) => 1.5 - d);
        const least = cllrMinOf(logRatios, labels);
        expect(least).toBeLessThanOrEqual(cllrOf(logRatios, labels) + 1e-12);
        expect(
          cllrMinOf(
            logRatios.map((l) => Math.exp(l) + 7),
            labels,
          ),
        ).toBeCloseTo(least, 12);
      }),
    );
  });
});
