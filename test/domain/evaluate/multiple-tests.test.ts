import { describe, expect, test } from 'vitest';
import { holmAdjusted, twoSidedP } from '../../../src/main/domain/evaluate/multiple-tests.ts';
import { studentT975, studentTail, upperTail } from '../../../src/shared/statistics.ts';

/** t, degrees of freedom, scipy.stats.t.sf (1.17). */
const SCIPY_TAILS = [
  [0.5, 1, 0.35241638],
  [2, 5, 0.050969739],
  [2.5, 31, 0.0089601134],
  [3.1, 99, 0.0012600979],
  [1.2, 99, 0.11650156],
  [2, 100, 0.024106089],
  [2.4, 140, 0.0088550238],
  [4, 300, 3.9920022e-5],
  [6, 60, 6.1434231e-8],
];

describe('tails', () => {
  test('of the normal distribution', () => {
    for (const [z, p] of [
      [0, 0.5],
      [1.959963985, 0.025],
      [5, 2.866515719e-7],
    ])
      expect(upperTail(z) / p).toBeCloseTo(1, 5);
  });

  test('of Student’s t equal scipy’s', () => {
    for (const [t, df, p] of SCIPY_TAILS) expect(Math.abs(studentTail(t, df) / p - 1)).toBeLessThan(2e-4);
  });

  test('of Student’s t have closed forms for 1 and 2 degrees of freedom', () => {
    for (const t of [0, 0.3, 1, 4, 30]) {
      expect(studentTail(t, 1)).toBeCloseTo(0.5 - Math.atan(t) / Math.PI, 8);
      expect(studentTail(t, 2)).toBeCloseTo(0.5 - t / (2 * Math.sqrt(2 + t * t)), 8);
    }
    expect(studentTail(Infinity, 7)).toBe(0);
  });

  test('of Student’s t agree with its quantile', () => {
    for (const df of [1, 2, 5, 9, 10, 31, 99, 100, 101, 2000]) expect(studentTail(studentT975(df), df)).toBeCloseTo(0.025, 5);
  });
});

describe('p values', () => {
  test('of an estimate', () => {
    expect(twoSidedP(-0.1, 0.05, 32)).toBeCloseTo(2 * studentTail(2, 31), 12);
    expect(twoSidedP(0, 0, 32)).toBe(1); // two equal encoders
    expect(twoSidedP(0.1, Infinity, 32)).toBe(1);
    expect(twoSidedP(0.1, 0.01, 1)).toBe(1);
  });

  test('are adjusted as by R’s p.adjust(method = "holm")', () => {
    expect(holmAdjusted([0.01, 0.02, 0.03, 0.04, 0.05])).toEqual([0.05, 0.08, 0.09, 0.09, 0.09].map((p) => expect.closeTo(p, 12)));
    expect(holmAdjusted([0.04, 0.001, 0.6, 0.4])).toEqual([0.12, 0.004, 0.8, 0.8].map((p) => expect.closeTo(p, 12)));
    expect(holmAdjusted([0.7])).toEqual([0.7]);
    expect(holmAdjusted([])).toEqual([]);
  });
});
