import { describe, expect, test } from 'vitest';
import { distanceHistogram } from '../../../src/main/features/report/charts/histogram.ts';
import { curves } from '../../../src/main/features/report/charts/curves.ts';
import { rocChart } from '../../../src/main/features/report/charts/roc.ts';
import { RUN } from './sample.ts';

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
