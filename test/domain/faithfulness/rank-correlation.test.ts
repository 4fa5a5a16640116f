import { describe, expect, test } from 'vitest';
import { randomFor } from '../../../src/shared/random.ts';
import { rankCorrelation, ranksOf } from '../../../src/main/domain/faithfulness/rank-correlation.ts';

describe('Spearman’s rank correlation', () => {
  test('equal values share the mean of their ranks', () => {
    expect(Array.from(ranksOf([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5]))).toEqual([4.5, 1.5, 6, 1.5, 8, 11, 3, 10, 8, 4.5, 8]); // scipy's rankdata
    expect(Array.from(ranksOf([7, 7, 7]))).toEqual([2, 2, 2]);
    expect(Array.from(ranksOf([]))).toEqual([]);
  });

  test('without ties it is 1 - 6 sum d² / (n (n² - 1))', () => {
    const random = randomFor(4, 'ranks');
    for (const n of [2, 5, 49]) {
      const [a, b] = [0, 1].map(() => Float32Array.from({ length: n }, () => random.normal())) as [Float32Array, Float32Array];
      const [x, y] = [ranksOf(a), ranksOf(b)];
      const squares = x.reduce((sum, rank, i) => sum + (rank - y[i]!) ** 2, 0);
      expect(rankCorrelation(a, b)).toBeCloseTo(1 - (6 * squares) / (n * (n ** 2 - 1)), 12);
    }
  });

  test('with and without ties it is that of scipy.stats.spearmanr 1.17', () => {
    expect(rankCorrelation([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5], [2, 7, 1, 8, 2, 8, 1, 8, 2, 8, 4])).toBeCloseTo(0.1384567651467695, 14);
    expect(rankCorrelation([0.1, -0.4, 2.5, 0, -3.25, 1.75, 1.5], [1, 0, 3, -1, -2, 0, 2])).toBeCloseTo(0.792824967172092, 14);
  });

  test('is 1 for the same order, -1 for the opposite one, and null for a list without an order', () => {
    const map = Float32Array.of(0.5, -2, 0, 7, 0);
    expect(rankCorrelation(map, map)).toBe(1);
    expect(
      rankCorrelation(
        map,
        map.map((value) => value ** 3),
      ),
    ).toBe(1);
    expect(
      rankCorrelation(
        map,
        map.map((value) => -value),
      ),
    ).toBe(-1);
    expect(rankCorrelation(map, new Float32Array(5))).toBeNull();
  });
});
