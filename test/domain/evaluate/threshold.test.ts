import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chooseThreshold, verdictOf } from '../../../src/main/domain/evaluate/threshold.ts';
import { tiedSample, type Sample } from './distance-samples.ts';

function balancedAccuracy({ distances, labels }: Sample, threshold: number): number {
  const recall = (label: 0 | 1): number => {
    const of = distances.filter((_, i) => labels[i] === label);
    return of.filter((d) => (d > threshold ? 1 : 0) === label).length / of.length;
  };
  return (recall(0) + recall(1)) / 2;
}

describe('verdict', () => {
  test('is different only above the threshold', () => {
    expect(verdictOf(0.92, 0.91)).toBe('different');
    expect(verdictOf(0.91, 0.91)).toBe('same');
    expect(verdictOf(0.9, 0.91)).toBe('same');
    for (const [distance, threshold] of [
      [NaN, 1],
      [Infinity, 1],
      [1, NaN],
    ] as const)
      expect(() => verdictOf(distance, threshold)).toThrow(expect.objectContaining({ code: 'bad-request' }) as Error);
  });
});

describe('chosen threshold', () => {
  test('is the midpoint of the gap of separated data', () => {
    expect(chooseThreshold([0.2, 0.4, 1.4, 1.8], [0, 0, 1, 1])).toBeCloseTo(0.9, 12);
  });

  test('of equally good gaps takes the middle of the widest', () => {
    // Cutting after 1, after 3 or after 8 each errs twice; the gap 3..7 is the widest.
    expect(chooseThreshold([1, 2, 3, 7, 8, 9], [0, 1, 0, 1, 0, 1])).toBe(5);
  });

  test('is not biased towards the frequent label', () => {
    // Plain accuracy would cut at 6.55 (17 of 21 right, every different pair wrong); balanced accuracy cuts at 5.55.
    const same = [1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 5.2, 5.4, 5.5, 6.1, 6.2, 6.3, 6.4, 6.5, 6.6];
    const different = [6, 6.05, 5.6];
    const distances = [...same, ...different];
    const threshold = chooseThreshold(distances, [...same.map(() => 0), ...different.map(() => 1)]);
    expect(threshold).toBeCloseTo(5.55, 12);
  });

  test('maximises balanced accuracy over every cut between observed distances', () => {
    fc.assert(
      fc.property(tiedSample, (sample) => {
        const distinct = [...new Set(sample.distances)].sort((a, b) => a - b);
        fc.pre(distinct.length > 1);
        const cuts = distinct.slice(1).map((d, i) => (d + distinct[i]) / 2);
        const best = Math.max(...cuts.map((cut) => balancedAccuracy(sample, cut)));
        const threshold = chooseThreshold(sample.distances, sample.labels);
        expect(balancedAccuracy(sample, threshold)).toBeCloseTo(best, 12);
        expect(distinct).not.toContain(threshold);
      }),
    );
  });

  test('separates even neighbouring floating-point numbers', () => {
    const next = 1 + Number.EPSILON;
    const threshold = chooseThreshold([1, next], [0, 1]);
    expect([verdictOf(1, threshold), verdictOf(next, threshold)]).toEqual(['same', 'different']);
  });

  test('is the distance itself when all are equal', () => {
    expect(chooseThreshold([0.7, 0.7, 0.7], [0, 1, 1])).toBe(0.7);
  });

  test('refuses pairs of one label, none, or distances that are not numbers', () => {
    const refusal = (code: string) => expect.objectContaining({ name: 'AppError', code });
    expect(() => chooseThreshold([1, 2], [1, 1])).toThrow(refusal('bad-dataset'));
    expect(() => chooseThreshold([], [])).toThrow(refusal('bad-dataset'));
    expect(() => chooseThreshold([1, NaN], [0, 1])).toThrow(refusal('bad-request'));
  });
});
