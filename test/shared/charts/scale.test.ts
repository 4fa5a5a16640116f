import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { binCounts, linePath, px } from '../../../src/shared/charts/path.ts';
import { countingAxis, extentOf, linearAxis, spreadLabels } from '../../../src/shared/charts/scale.ts';

describe('axes', () => {
  test('map values linearly, also to a reversed range', () => {
    const axis = linearAxis([0, 2], [100, 0], 5);
    expect([0, 0.5, 2].map(axis.position)).toEqual([100, 75, 0]);
    expect(axis.ticks.map((t) => t.label)).toEqual(['0.0', '0.5', '1.0', '1.5', '2.0']);
  });

  test('counts are ticked at whole numbers', () => {
    expect(countingAxis([1, 3], [0, 100], 6).ticks.map((t) => t.label)).toEqual(['1', '2', '3']);
    expect(countingAxis([0, 4000], [0, 100], 3).ticks.map((t) => t.label)).toContain('2,000');
  });

  test('extents ignore NaN and infinity and are never empty', () => {
    expect(extentOf([3, NaN, -1, Infinity])).toEqual([-1, 3]);
    expect(extentOf([2, 2])).toEqual([1.5, 2.5]);
    expect(extentOf([NaN], [0, 1])).toEqual([0, 1]);
  });

  test('labels are moved apart, keep their order and stay inside', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 200 }), { minLength: 1, maxLength: 5 }), (positions) => {
        const moved = spreadLabels(positions, 16, 0, 200);
        const order = positions.map((_, i) => i).sort((a, b) => positions[a] - positions[b]);
        order.slice(1).forEach((i, rank) => expect(moved[i] - moved[order[rank]]).toBeGreaterThanOrEqual(16));
        moved.forEach((at) => expect(at >= 0 && at <= 200).toBe(true));
      }),
    );
    expect(spreadLabels([20, 100], 16, 0, 200)).toEqual([20, 100]);
  });
});

describe('paths and bins', () => {
  test('a line breaks at NaN', () => {
    expect(
      linePath([
        [0, 1],
        [2, 3.456],
        [4, NaN],
        [5, 6],
        [7, 8],
      ]),
    ).toBe('M0 1L2 3.46M5 6L7 8');
    expect(linePath([])).toBe('');
    expect(px(-0.004)).toBe('0');
  });

  test('every value within the range is in exactly one bin', () => {
    expect(binCounts([0, 0.49, 0.5, 1, 1.99, 2], 4, 2)).toEqual([2, 1, 1, 2]);
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 3, noNaN: true })), fc.integer({ min: 1, max: 40 }), (values, bins) => {
        expect(binCounts(values, bins, 3).reduce((a, b) => a + b, 0)).toBe(values.length);
      }),
    );
  });
});
