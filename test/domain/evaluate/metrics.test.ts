import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { aucInterval, metricsOf, quantile } from '../../../src/main/domain/evaluate/metrics.ts';
import { aucOf, tieGroups } from '../../../src/main/domain/evaluate/roc.ts';
import { randomFor } from '../../../src/shared/random.ts';
import { gaussianPairs, phi, tiedSample } from './distance-samples.ts';

const refusal = (code: string, words: RegExp) => expect.objectContaining({ name: 'AppError', code, message: expect.stringMatching(words) });

describe('metricsOf', () => {
  test('equals counts by hand', () => {
    //                     same            different
    const distances = [0.1, 0.5, 1.2, 0.9, 1.0, 2.0, 0.4];
    const labels = [0, 0, 0, 0, 1, 1, 1];
    const metrics = metricsOf(distances, labels, 0.9, 'test', randomFor(1, 'by hand'));
    expect(metrics).toMatchObject({ split: 'test', pairs: 7, same: 4, different: 3, threshold: 0.9 });
    expect(metrics.confusion).toEqual([
      [3, 1],
      [1, 2],
    ]);
    expect(metrics.accuracy).toBeCloseTo(5 / 7, 12);
    expect(metrics.auc).toBeCloseTo((3 + 4 + 1) / 12, 12);
  });

  test('is consistent with itself for any sample', () => {
    fc.assert(
      fc.property(tiedSample, fc.double({ min: 0, max: 3, noNaN: true }), ({ distances, labels }, threshold) => {
        const m = metricsOf(distances, labels, threshold, 'valid', randomFor(2, 'any'));
        const [[tn, fp], [fn, tp]] = m.confusion;
        expect(tn + fp + fn + tp).toBe(m.pairs);
        expect([tn + fp, fn + tp]).toEqual([m.same, m.different]);
        expect(m.accuracy).toBeCloseTo((tn + tp) / m.pairs, 12);
        expect(0 <= m.aucLow && m.aucLow <= m.aucHigh && m.aucHigh <= 1).toBe(true);
        expect(JSON.parse(JSON.stringify(m))).toEqual(m);
      }),
      { numRuns: 30 },
    );
  });

  test('the same seed gives the same interval, another seed a different one', () => {
    const { distances, labels } = gaussianPairs(randomFor(3, 'seed'), 80, 1);
    const interval = (seed: number): number[] => {
      const { aucLow, aucHigh } = metricsOf(distances, labels, 10.5, 'test', randomFor(seed, 'bootstrap'));
      return [aucLow, aucHigh];
    };
    expect(interval(1)).toEqual(interval(1));
    expect(interval(1)).not.toEqual(interval(2));
  });

  test('refuses a split without pairs, without positives or without negatives', () => {
    const random = randomFor(1, 'refuse');
    expect(() => metricsOf([], [], 1, 'test', random)).toThrow(refusal('bad-dataset', /no test pairs/));
    expect(() => metricsOf([1, 2], [0, 0], 1, 'valid', random)).toThrow(refusal('bad-dataset', /All 2 validation pairs are of the same class/));
    expect(() => metricsOf([1, 2], [1, 1], 1, 'test', random)).toThrow(refusal('bad-dataset', /of different classes; .*the same class too/));
    expect(() => metricsOf([1, Infinity], [0, 1], 1, 'test', random)).toThrow(refusal('bad-request', /NaN or infinity for 1 of 2/));
  });
});

describe('bootstrap interval of the AUC', () => {
  test('has the width of the binormal standard error', () => {
    // Hanley & McNeil 1982, eq. 1: the large-sample variance of an AUC estimate.
    const [n, apart] = [300, 1];
    const { distances, labels } = gaussianPairs(randomFor(4, 'width'), n, apart);
    const a = phi(apart / Math.SQRT2);
    const [q1, q2] = [a / (2 - a), (2 * a * a) / (1 + a)];
    const error = Math.sqrt((a * (1 - a) + (n - 1) * (q1 - a * a) + (n - 1) * (q2 - a * a)) / (n * n));
    const [low, high] = aucInterval(tieGroups(distances, labels), labels, randomFor(4, 'bootstrap'), 2000);
    expect(high - low).toBeGreaterThan(0.8 * 2 * 1.96 * error);
    expect(high - low).toBeLessThan(1.2 * 2 * 1.96 * error);
    const auc = aucOf(distances, labels);
    expect(low < auc && auc < high).toBe(true);
  });

  test('covers the true AUC in about 95 of 100 experiments', () => {
    const truth = phi(1.5 / Math.SQRT2);
    let covered = 0;
    for (let i = 0; i < 200; i++) {
      const { distances, labels } = gaussianPairs(randomFor(5, 'cover', i), 60, 1.5);
      const [low, high] = aucInterval(tieGroups(distances, labels), labels, randomFor(5, 'draws', i), 300);
      if (low <= truth && truth <= high) covered++;
    }
    expect(covered).toBeGreaterThanOrEqual(178); // 3 standard errors below 190
    expect(covered).toBeLessThan(200);
  });
});

test('quantiles are linear between neighbours', () => {
  expect(quantile([1, 2, 4], 0)).toBe(1);
  expect(quantile([1, 2, 4], 0.75)).toBe(3);
  expect(quantile([1, 2, 4], 1)).toBe(4);
});
