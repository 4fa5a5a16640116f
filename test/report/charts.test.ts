import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { binCounts, linePath, px } from '../../src/main/report/charts/path.ts';
import { countingAxis, extentOf, linearAxis, spreadLabels } from '../../src/main/report/charts/scale.ts';
import { distanceHistogram } from '../../src/main/report/charts/histogram.ts';
import { curves } from '../../src/main/report/charts/curves.ts';
import { rocChart } from '../../src/main/report/charts/roc.ts';
import { RUN } from './sample.ts';

describe('axes', () => {
  test('put values in proportion, upside down where the range says so', () => {
    const axis = linearAxis([0, 2], [100, 0], 5);
    expect([0, 0.5, 2].map(axis.position)).toEqual([100, 75, 0]);
    expect(axis.ticks.map((t) => t.label)).toEqual(['0.0', '0.5', '1.0', '1.5', '2.0']);
  });

  test('counts are ticked at whole numbers', () => {
    expect(countingAxis([1, 3], [0, 100], 6).ticks.map((t) => t.label)).toEqual(['1', '2', '3']);
    expect(countingAxis([0, 4000], [0, 100], 3).ticks.map((t) => t.label)).toContain('2,000');
  });

  test('extents leave out what is not a number and are never a point', () => {
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
  test('a line breaks at what is not a number', () => {
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

/** All coordinates a drawing writes as attributes. */
const numbersIn = (svg: string): string[] => [...svg.matchAll(/ (?:d|x|y|cx|cy|width|height)="([^"]*)"/g)].map((m) => m[1]);

describe('drawings', () => {
  test('the histogram marks this pair right of the threshold when it is larger, and holds a bar for every bin with pairs', () => {
    const valid = { same: [0.1, 0.2, 0.3], different: [1.2, 1.4] };
    const svg = distanceHistogram(valid, 1.63, 0.91).source;
    const at = (kind: string): number => Number(svg.match(new RegExp(`<path class="${kind}" d="M([\\d.]+)`))![1]);
    expect(at('this-pair')).toBeGreaterThan(at('threshold'));
    expect(svg.match(/<rect/g)).toHaveLength(5);
    expect(svg).toContain('this pair 1.63');
    expect(svg).toContain('threshold 0.91');
    expect(svg).toMatch(/aria-label="Distances of 3 same and 2 different validation pairs\. This pair lies at 1\.63, the threshold at 0\.91\."/);
  });

  test('nothing degenerate draws what is not a number: no pairs, all zero, one epoch, broken losses', () => {
    const row = { ...RUN.epochs[0], lossTrain: NaN, lossValid: Infinity };
    const chart = { name: 'loss', label: 'loss', train: (r: typeof row) => r.lossTrain, valid: (r: typeof row) => r.lossValid };
    const drawings = [
      distanceHistogram({ same: [], different: [] }, 0.5, 0.9),
      distanceHistogram({ same: [0, 0], different: [0] }, 0, 0),
      curves([row], 1, chart),
      curves([row, RUN.epochs[1]], null, chart),
      rocChart([
        {
          ...RUN.metrics[0],
          confusion: [
            [1, 0],
            [1, 0],
          ],
        },
      ]),
    ];
    for (const { source } of drawings) expect(numbersIn(source).filter((n) => /NaN|Infinity|undefined/.test(n))).toEqual([]);
  });

  test('the ROC drawing ends at both corners and names each split with its AUC', () => {
    const svg = rocChart(RUN.metrics).source;
    for (const { split } of RUN.metrics) expect(svg).toMatch(new RegExp(`roc-${split}" d="M44 326L.*L344 26"`));
    expect(svg).toContain(`AUC ${RUN.metrics[0].auc.toFixed(3)}`);
  });
});
