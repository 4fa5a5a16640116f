import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { similarityOf } from '../../src/shared/calibration.ts';
import type { Calibration } from '../../src/shared/run.ts';
import { chosenOn, errorsAt, type PairDistances, type ThresholdChoice, type ThresholdEntry, thresholdFor } from '../../src/shared/thresholds.ts';
import { beyondWarning, ceilingWarning, choiceText, thresholdLines } from '../../src/shared/threshold-words.ts';

const curve = { threshold: 1, midpoint: 1.2, slope: 4 };
const fitted: Calibration = {
  ...curve,
  fit: { same: 4, different: 4, over: 'images', units: 8, range: [0.5, 2], centre: 1, covariance: [1, 0, 1], reliability: null },
};
const ENTRY: ThresholdEntry = {
  ...{ entry: 2, threshold: 1, choice: { rule: 'value', threshold: 1 }, reason: '', chosenMs: 0, testSeen: false, restored: null, chosenOn: null },
};
const distances = fc
  .array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 30 })
  .map((list) => list.map((d) => d / 10).sort((a, b) => a - b));
const validPairs: fc.Arbitrary<PairDistances> = fc.record({ same: distances, different: distances });
const share = fc.double({ min: 0, max: 1, noNaN: true });

/** Thresholds at all distances, between them and below: every outcome occurs among these. */
const everywhere = ({ same, different }: PairDistances): number[] => [-1, ...[...same, ...different].flatMap((d) => [d, d + 0.05])];
const plainErrors = ({ same, different }: PairDistances, threshold: number): [falseSame: number, falseDifferent: number] => [
  different.filter((d) => d <= threshold).length,
  same.filter((d) => d > threshold).length,
];
const at = (valid: PairDistances, choice: ThresholdChoice): number => thresholdFor(choice, valid, curve);

test('errors are counted as by a plain filter', () => {
  fc.assert(
    fc.property(validPairs, fc.integer({ min: -1, max: 31 }), (valid, t10) => {
      const { falseSame, falseDifferent, same, different } = errorsAt(valid, t10 / 10);
      expect([falseSame, falseDifferent]).toEqual(plainErrors(valid, t10 / 10));
      expect([same, different]).toEqual([valid.same.length, valid.different.length]);
    }),
  );
});

describe('rules, against every threshold', () => {
  test('highest accuracy makes the fewest errors', () => {
    fc.assert(
      fc.property(validPairs, (valid) => {
        const errors = (threshold: number): number => plainErrors(valid, threshold).reduce((a, b) => a + b);
        expect(errors(at(valid, { rule: 'accuracy' }))).toBe(Math.min(...everywhere(valid).map(errors)));
      }),
    );
  });

  test('equal error brings the two rates as near to each other as any', () => {
    fc.assert(
      fc.property(validPairs, (valid) => {
        const apart = (threshold: number): number => {
          const [falseSame, falseDifferent] = plainErrors(valid, threshold);
          return Math.abs(falseSame / valid.different.length - falseDifferent / valid.same.length);
        };
        expect(apart(at(valid, { rule: 'equal-error' }))).toBeCloseTo(Math.min(...everywhere(valid).map(apart)), 12);
      }),
    );
  });

  test('a ceiling is kept, and with it as few errors of the other kind as possible', () => {
    fc.assert(
      fc.property(validPairs, share, (valid, limit) => {
        const [falseSame, falseDifferent] = plainErrors(valid, at(valid, { rule: 'false-same', limit }));
        expect(falseSame).toBeLessThanOrEqual(limit * valid.different.length + 1e-9);
        const allowed = everywhere(valid).filter((threshold) => plainErrors(valid, threshold)[0] <= limit * valid.different.length + 1e-9);
        expect(falseDifferent).toBe(Math.min(...allowed.map((threshold) => plainErrors(valid, threshold)[1])));
        const [more, fewer] = plainErrors(valid, at(valid, { rule: 'false-different', limit }));
        expect(fewer).toBeLessThanOrEqual(limit * valid.same.length + 1e-9);
        const others = everywhere(valid).filter((threshold) => plainErrors(valid, threshold)[1] <= limit * valid.same.length + 1e-9);
        expect(more).toBe(Math.min(...others.map((threshold) => plainErrors(valid, threshold)[0])));
      }),
    );
  });
});

describe('rules on the curve', () => {
  const valid = { same: [0.1, 0.5, 0.9], different: [1, 1.5, 2.5] };

  test('50 % is the midpoint, also of a curve of an older version', () => {
    expect(at(valid, { rule: 'even' })).toBe(1.2);
    expect(thresholdFor({ rule: 'even' }, valid, { threshold: 1.1, slope: 4 })).toBe(1.1);
  });

  test('with costs, both verdicts have the same expected cost', () => {
    const threshold = at(valid, { rule: 'costs', falseSame: 3, falseDifferent: 1 });
    const same = similarityOf(threshold, curve);
    expect((1 - same) * 3).toBeCloseTo(same * 1, 12);
    expect(threshold).toBeLessThan(1.2); // a false "same" is dearer, so fewer pairs are called same
    expect(at(valid, { rule: 'costs', falseSame: 1, falseDifferent: 1 })).toBe(1.2);
  });

  test('stay within the distances of the pairs, and need a curve that falls', () => {
    expect(at(valid, { rule: 'costs', falseSame: 1, falseDifferent: 1e9 })).toBe(2.5);
    const rising = { threshold: 1, midpoint: 1, slope: -2 };
    for (const choice of [{ rule: 'even' }, { rule: 'costs', falseSame: 1, falseDifferent: 2 }] as const)
      expect(() => thresholdFor(choice, valid, rising)).toThrow(/does not fall with the distance/);
    expect(thresholdFor({ rule: 'equal-error' }, valid, rising)).toBeCloseTo(0.95, 12);
  });
});

describe('words', () => {
  const valid = { same: Array<number>(40).fill(0.5), different: Array<number>(50).fill(2) };
  const plain = (texts: string[]): string[] => texts.map((text) => text.replaceAll('\u00a0', ' '));

  test('state rule, similarity there, errors, what was known, and the reason', () => {
    const entry = {
      entry: 2,
      threshold: 2,
      choice: { rule: 'false-different', limit: 0 } as const,
      reason: 'screening',
      chosenMs: 0,
      testSeen: true,
      restored: null,
      chosenOn: { same: 40, different: 50 },
    };
    expect(plain(thresholdLines(entry, valid, curve))).toEqual([
      'Threshold 2.00, chosen on validation pairs: at most 0 % false “different” there.',
      'False “same”: 50 of 50 different pairs (100 %). False “different”: 0 of 40 same pairs (0 %).',
      'The threshold is at or above every distance of the validation pairs (0.50 to 2.00), so every verdict on them is “same”.',
      'Chosen after figures on test pairs were seen, so the test figures at this threshold may be too good.',
      '40 same validation pairs can’t show a share of 0 %: with no error among them, the true share may still be about 7.5 %.',
      'Reason: screening',
    ]);
  });

  test('of a threshold of other pairs state those, and what its rule gives on the present ones', () => {
    const first = (entry: Partial<ThresholdEntry>, curveNow: Calibration = fitted): string =>
      plain(thresholdLines({ ...ENTRY, ...entry }, { same: [0.5, 1.5], different: [1, 2], pairSet: 'now' }, curveNow))[0]!;
    const older = { same: 28, different: 29 };
    const atMost = { rule: 'false-same', limit: 0 } as const;
    expect(first({ threshold: 1.2, choice: atMost, chosenOn: older })).toBe(
      'Threshold 1.20, chosen on 28 same and 29 different validation pairs of an older version: at most 0 % false “same” there. On today’s 2 same and 2 different validation pairs this rule gives 0.75. The similarity at it is 50 %.',
    );
    expect(first({ threshold: 0.75, choice: atMost, chosenOn: older })).toContain('chosen on validation pairs: at most 0 %');
    expect(first({ threshold: 1.4, choice: { rule: 'even' }, chosenOn: { same: 2, different: 2, pairSet: 'now' } })).toMatch(
      /chosen on the same validation pairs with an earlier similarity curve: similarity of 50 %\..*gives 1\.20\. The similarity at it is 3\d %/,
    );
    expect(first({ threshold: 1.4, choice: { rule: 'even' }, chosenOn: null }, { ...fitted, slope: -1 })).toMatch(
      /chosen on earlier validation pairs, or with an earlier similarity curve: .*this rule has no threshold/,
    );
    expect(first({ threshold: 1.4, choice: { rule: 'value', threshold: 1.4 }, chosenOn: { ...older, pairSet: 'before' } })).toMatch(
      /^Threshold 1\.40, chosen on 28 same and 29 different validation pairs of an earlier set: by hand\. The similarity/,
    );
    const lines = plain(thresholdLines({ ...ENTRY, choice: atMost, chosenOn: older }, valid, fitted));
    expect(lines.find((line) => line.includes('can’t show'))).toMatch(/^29 different validation pairs/);
  });

  test('a threshold beyond the distances of all pairs is named with their range', () => {
    const pairs = { same: [0.5, 1.5], different: [1, 2] };
    expect([0.5, 1.2, 1.99].map((threshold) => beyondWarning(threshold, pairs))).toEqual([null, null, null]);
    expect(plain([beyondWarning(99, pairs)!, beyondWarning(0.1, pairs)!])).toEqual([
      'The threshold is at or above every distance of the validation pairs (0.50 to 2.00), so every verdict on them is “same”.',
      'The threshold is below every distance of the validation pairs (0.50 to 2.00), so every verdict on them is “different”.',
    ]);
    const lines = thresholdLines({ ...ENTRY, threshold: 99, choice: { rule: 'value', threshold: 99 } }, pairs, fitted);
    expect(lines).toContain(beyondWarning(99, pairs));
  });

  test('a share of 0.29 of 100 pairs is 29 pairs, not 28', () => {
    const hundred = { same: [0], different: Array.from({ length: 100 }, (_, i) => 1 + i / 100) };
    const threshold = thresholdFor({ rule: 'false-same', limit: 0.29 }, hundred, curve);
    expect(hundred.different.filter((distance) => distance < threshold)).toHaveLength(29);
  });

  test('a ceiling that the pairs can show has no warning', () => {
    expect(ceilingWarning({ rule: 'false-same', limit: 0.02 }, chosenOn(valid))).toBeNull();
    expect(ceilingWarning({ rule: 'even' }, chosenOn(valid))).toBeNull();
    expect(choiceText({ rule: 'costs', falseSame: 10, falseDifferent: 1 })).toBe('costs 10 for a false “same”, 1 for a false “different”');
  });
});
