import { describe, expect, test } from 'vitest';
import { spreadOf, welchDifference } from '../../../src/main/domain/evaluate/spread.ts';
import { studentT975 } from '../../../src/shared/statistics.ts';
import reference from '../../fixtures/spread.json' with { type: 'json' };

const T_ERROR = 5e-5; // relative, of the quantile of Student's t

describe('the spread of a figure over seeds', () => {
  test('equals numpy’s and scipy’s: mean, standard deviation, range, t interval of the mean', () => {
    for (const { values, mean, sd, range, interval } of reference.spreads) {
      const found = spreadOf(values)!;
      expect(found).toMatchObject({ count: values.length, range });
      expect(found.mean).toBeCloseTo(mean, 12);
      expect(found.sd).toBeCloseTo(sd, 12);
      for (const i of [0, 1] as const) expect(Math.abs((found.interval[i] - mean) / (interval[i]! - mean) - 1)).toBeLessThan(T_ERROR);
    }
  });
  test('its interval stays within the bounds of a share, and one value has no spread', () => {
    expect(spreadOf([0.99, 0.9, 0.97], [0, 1])!.interval[1]).toBe(1);
    expect(spreadOf([0.9])).toBeNull();
    expect(spreadOf([0.9, NaN])).toBeNull();
    expect(spreadOf([0.9, 0.9])).toEqual({ count: 2, mean: 0.9, sd: 0, range: [0.9, 0.9], interval: [0.9, 0.9] });
    expect(spreadOf([0.8063, 0.8063, 0.8063])).toMatchObject({ mean: 0.8063, sd: 0 }); // their sum is rounded
  });
});

describe('the difference of two means', () => {
  test('has Welch’s interval, as in scipy; swapped, its sign changes', () => {
    for (const { a, b, difference, interval } of reference.welch) {
      const found = welchDifference(a, b)!;
      expect(found.value).toBeCloseTo(difference, 12);
      for (const i of [0, 1] as const) expect(Math.abs((found.interval[i] - difference) / (interval[i]! - difference) - 1)).toBeLessThan(T_ERROR);
      const swapped = welchDifference(b, a)!;
      expect(swapped.interval[0]).toBeCloseTo(-found.interval[1], 12);
    }
  });
  test('is unknown for single values, and where nothing varies', () => {
    expect(welchDifference([0.9], [0.8, 0.7])).toBeNull();
    expect(welchDifference([0.9, 0.9], [0.8, 0.8])).toBeNull();
    expect(welchDifference([0.8063, 0.8063, 0.8063], [0.1, 0.1, 0.1])).toBeNull();
  });
});

test('quantiles of Student’s t with few and with fractional degrees of freedom', () => {
  for (const [df, t] of Object.entries(reference.t975)) expect(Math.abs(studentT975(Number(df)) / t - 1), df).toBeLessThan(T_ERROR);
});
