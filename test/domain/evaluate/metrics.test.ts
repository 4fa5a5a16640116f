import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { metricsOf, quantile } from '../../../src/main/domain/evaluate/metrics.ts';
import { imageUnitsOfPairs } from '../../../src/main/domain/evaluate/units.ts';
import { tiedSample } from './distance-samples.ts';

const refusal = (code: string, words: RegExp) => expect.objectContaining({ name: 'AppError', code, message: expect.stringMatching(words) });

/** Units of `n` pairs that have no image in common. */
const separate = (n: number) => imageUnitsOfPairs(Array.from({ length: n }, (_, i) => ({ a: 2 * i, b: 2 * i + 1 })));

describe('metricsOf', () => {
  test('equals counts by hand', () => {
    //                     same            different
    const distances = [0.1, 0.5, 1.2, 0.9, 1.0, 2.0, 0.4];
    const labels = [0, 0, 0, 0, 1, 1, 1];
    const metrics = metricsOf(distances, labels, 0.9, 'test', separate(7));
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
        const m = metricsOf(distances, labels, threshold, 'valid', separate(labels.length));
        const [[tn, fp], [fn, tp]] = m.confusion;
        expect(tn + fp + fn + tp).toBe(m.pairs);
        expect([tn + fp, fn + tp]).toEqual([m.same, m.different]);
        expect(m.accuracy).toBeCloseTo((tn + tp) / m.pairs, 12);
        expect(m.intervals!.auc[0]).toBeLessThanOrEqual(m.auc);
        expect(m.intervals!.auc[1]).toBeGreaterThanOrEqual(m.auc);
        expect(JSON.parse(JSON.stringify(m))).toEqual(m);
      }),
      { numRuns: 30 },
    );
  });

  test('refuses a split without pairs, without positives or without negatives', () => {
    const units = separate(2);
    expect(() => metricsOf([], [], 1, 'test', units)).toThrow(refusal('bad-dataset', /no test pairs/));
    expect(() => metricsOf([1, 2], [0, 0], 1, 'valid', units)).toThrow(refusal('bad-dataset', /All 2 validation pairs are same pairs/));
    expect(() => metricsOf([1, 2], [1, 1], 1, 'test', units)).toThrow(refusal('bad-dataset', /are different pairs; .*same pairs, too/));
    expect(() => metricsOf([1, Infinity], [0, 1], 1, 'test', units)).toThrow(refusal('bad-request', /NaN or infinity for 1 of 2/));
  });
});

test('quantiles are linear between neighbours', () => {
  expect(quantile([1, 2, 4], 0)).toBe(1);
  expect(quantile([1, 2, 4], 0.75)).toBe(3);
  expect(quantile([1, 2, 4], 1)).toBe(4);
});
