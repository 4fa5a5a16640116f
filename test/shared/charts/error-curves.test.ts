import { describe, expect, test } from 'vitest';
import { curvePoint, probit, ratesOf } from '../../../src/shared/charts/error-curves.ts';

describe('error curves', () => {
  const valid = { same: [0.1, 0.2, 0.4, 1.2], different: [0.3, 1, 1.2, 1.5, 1.9] };

  test('begin with no pair predicted different and end with all; the point is that of the threshold', () => {
    const { roc, point, same, different } = ratesOf(valid, 0.9);
    expect(roc[0]).toEqual([0, 0]);
    expect(roc.at(-1)).toEqual([1, 1]);
    expect(point).toEqual({ fpr: 1 / 4, tpr: 4 / 5 });
    expect([same, different]).toEqual([4, 5]);
    for (const [i, [fpr, tpr]] of roc.entries()) if (i > 0) expect(fpr >= roc[i - 1]![0] && tpr >= roc[i - 1]![1]).toBe(true);
  });

  test('of many distances have a limited number of points', () => {
    const many = { same: Array.from({ length: 5000 }, (_, i) => i / 5000), different: Array.from({ length: 5000 }, (_, i) => i / 5000 + 0.00001) };
    expect(ratesOf(many, 0.5).roc.length).toBeLessThanOrEqual(202);
  });

  test('precision and recall equal counts of pairs', () => {
    const { point, ...rates } = ratesOf(valid, 0.9); // predicted different: 1 same pair, 4 different ones
    const [recall, precision] = curvePoint('precision', rates, [point!.fpr, point!.tpr]);
    expect(recall).toBeCloseTo(4 / 5, 12);
    expect(precision).toBeCloseTo(4 / 5, 12);
    expect(curvePoint('precision', rates, [0, 0])[1]).toBeNaN();
  });

  test('DET has normal deviates, finite where there is no error', () => {
    // scipy.stats.norm.ppf
    for (const [p, known] of [
      [0.001, -3.090232],
      [0.05, -1.644854],
      [0.5, 0],
      [0.8, 0.841621],
    ] as const)
      expect(Math.abs(probit(p) - known)).toBeLessThan(5e-4);
    const at = curvePoint('det', { same: 10, different: 20 }, [0, 1]);
    expect(at[0]).toBeCloseTo(probit(0.05), 12);
    expect(at[1]).toBeCloseTo(probit(0.025), 12);
  });
});
