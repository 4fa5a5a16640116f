import { expect, test } from 'vitest';
import { calibrationError } from '../../../src/main/domain/evaluate/calibration-error.ts';

// Slope ln 3 at threshold 1: similarities .75 at distance 0, .5 at 1, .25 at 2.
const calibration = { threshold: 1, slope: Math.log(3) };

test('is 0 where each bin has its share of same pairs', () => {
  expect(calibrationError({ same: [0, 0, 0, 1, 2], different: [0, 1, 2, 2, 2] }, calibration)).toBeCloseTo(0, 12);
});

test('is the difference of share and similarity, weighted by the pairs of each bin', () => {
  // Bin of .75: 2 of 2 same, off by .25. Bin of .25: 1 of 2 same, off by .25. Bin of .5: 0 of 1, off by .5.
  expect(calibrationError({ same: [0, 0, 2], different: [1, 2] }, calibration)).toBeCloseTo((2 * 0.25 + 2 * 0.25 + 0.5) / 5, 12);
});

test('over- and underestimates of different bins do not cancel, and no pairs are no error', () => {
  expect(calibrationError({ same: [0], different: [2] }, calibration)).toBeCloseTo(0.25, 12);
  expect(calibrationError({ same: [], different: [] }, calibration)).toBe(0);
});
