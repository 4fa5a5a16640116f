import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { chart } from '../../../src/main/features/report/chart.ts';
import DistanceHistogram from '../../../src/shared/charts/DistanceHistogram.svelte';
import EpochCurves from '../../../src/shared/charts/EpochCurves.svelte';
import { histogramLayout } from '../../../src/shared/charts/histogram.ts';
import { operatingPoint } from '../../../src/shared/charts/roc.ts';
import RocChart from '../../../src/shared/charts/RocChart.svelte';
import type { Metrics } from '../../../src/shared/run.ts';
import { RUN } from '../../features/report/sample.ts';

const SIZE = { width: 460, height: 268, text: 13 };

/** All coordinates a drawing writes as attributes. */
const numbersIn = (svg: string): string[] => [...svg.matchAll(/ (?:d|x|y|cx|cy|width|height)="([^"]*)"/g)].map((m) => m[1]);

describe('the histogram of distances', () => {
  test('counts every pair once, same pairs upwards and different ones downwards, on one scale', () => {
    const layout = histogramLayout({ same: [0.1, 0.1, 0.2, 3], different: [0.2, 1.5, 1.6] }, { threshold: 0.8, distance: 4 }, SIZE);
    const perPair = (layout.bottom - layout.top) / 3; // the fullest bins have 2 same pairs and 1 different one
    const count = (bars: { height: number }[]): number => bars.reduce((sum, bar) => sum + bar.height, 0) / perPair;
    expect(count(layout.same)).toBeCloseTo(4, 9);
    expect(count(layout.different)).toBeCloseTo(3, 9);
    for (const bar of layout.same) expect(bar.y + bar.height).toBeCloseTo(layout.baseline, 9);
    for (const bar of layout.different) expect(bar.y).toBeCloseTo(layout.baseline, 9);
  });

  test('has small distances at the left, and its axis includes the compared pair', () => {
    const { same, left, right, markers } = histogramLayout({ same: [0.1, 3], different: [] }, { threshold: 0.8, distance: 4 }, SIZE);
    expect(same[0]!.x).toBeLessThan(same[1]!.x);
    const [threshold, pair] = markers.map(({ at }) => at);
    expect(pair).toBeLessThanOrEqual(right);
    expect((threshold! - left) / (pair! - left)).toBeCloseTo(0.8 / 4, 9);
  });

  test('leaves space between the counts, also if different pairs need little height', () => {
    const many = (count: number, at: number): number[] => Array.from({ length: count }, () => at);
    const valid = { same: many(200, 0.1), different: [...many(60, 2.1), ...many(20, 5.4)] };
    const { counts } = histogramLayout(valid, { threshold: 1.15, distance: 2.4 }, { width: 288, height: 190, text: 11 });
    const rows = counts.map(({ at }) => at).toSorted((a, b) => a - b);
    for (let i = 1; i < rows.length; i++) expect(rows[i]! - rows[i - 1]!).toBeGreaterThanOrEqual(11);
    expect(counts.map(({ label }) => label)).toContain('50');
    expect(counts.every(({ label }) => /^[\d,]+$/.test(label))).toBe(true);
  });

  test('no line crosses the other label, and the label of different pairs is on the side where their bars are shorter', () => {
    const valid = { same: [0.1, 0.2], different: [2.1, 2.1, 2.1, 5.4] };
    const [threshold, pair] = histogramLayout(valid, { threshold: 1.15, distance: 2.4 }, { width: 288, height: 190, text: 11 }).markers;
    expect(threshold!.anchor).toBe('start'); // no room on the left
    expect(threshold!.labelY).toBeLessThan(pair!.labelY); // the pair's line starts below the threshold's label
    expect(histogramLayout(valid, { threshold: 1.15, distance: 5.2 }, SIZE).markers[1]!.labelY).toBeLessThan(60);
    expect(histogramLayout(valid, { threshold: 1.15, distance: 2.4 }, SIZE).differentLabel.anchor).toBe('start');
    const early = { same: [0.1], different: [0.3, 0.3, 5.4] };
    expect(histogramLayout(early, { threshold: 1.15, distance: 2.4 }, SIZE).differentLabel.anchor).toBe('end');
  });

  test('no line runs through the labels of the bars', () => {
    const valid = { same: [0.1, 0.2], different: [2.1, 2.1, 2.1, 5.4] }; // the label of different pairs is at the left
    const width = 8 * SIZE.text; // of "↓ 504 different", at most
    for (let distance = 0; distance <= 5.4; distance += 0.05)
      for (const threshold of [0.3, 1.15, 2.6]) {
        const { markers, differentLabel } = histogramLayout(valid, { threshold, distance }, SIZE);
        expect(differentLabel.anchor).toBe('start');
        for (const { at } of markers) expect(at > differentLabel.x && at < differentLabel.x + width, `${distance}, ${threshold}`).toBe(false);
      }
  });

  test('the label of same pairs is above their bars where these are low, and no line runs through it', () => {
    const many = (count: number, at: number): number[] => Array.from({ length: count }, () => at);
    const valid = { same: Array.from({ length: 60 }, (_, i) => i / 60), different: many(600, 1.38) }; // as of a linear probe
    const small = { width: 288, height: 190, text: 11 };
    for (const [threshold, distance] of [
      [1.29, 0.52],
      [1.29, 1.1],
      [1.3, null],
    ] as const) {
      const { same, sameLabel, markers } = histogramLayout(valid, { threshold, distance }, small);
      expect(sameLabel.y).toBeLessThanOrEqual(Math.min(...same.map(({ y }) => y)));
      for (const { at, labelY } of markers) {
        expect(at > sameLabel.x - 6 * small.text && at < sameLabel.x).toBe(false); // "↑ 664 same"
        expect(labelY).toBeLessThanOrEqual(sameLabel.y - small.text);
      }
    }
    const high = histogramLayout({ same: many(60, 0.2), different: many(60, 1.3) }, { threshold: 1, distance: null }, small);
    expect(high.sameLabel.y).toBeGreaterThan(high.top); // beside the bars
  });

  test('a threshold that is tried keeps the axis and the threshold in force; beyond the axis it has an arrow', () => {
    const valid = { same: [0.1, 0.2], different: [2.1, 3] };
    const at = (tried: number | null): ReturnType<typeof histogramLayout> => histogramLayout(valid, { threshold: 0.8, distance: null, tried }, SIZE);
    const [inForce, tried] = at(1.5).markers;
    expect(inForce!.at).toBe(at(null).markers[0]!.at);
    expect((tried!.at - at(1.5).left) / (inForce!.at - at(1.5).left)).toBeCloseTo(1.5 / 0.8, 9);
    expect(at(99).end).toBe(at(null).end);
    expect(at(99).markers[1]).toMatchObject({ at: at(99).right, isBeyond: true });
    const { source } = chart(DistanceHistogram, { valid, threshold: 0.8, tried: 99, ...SIZE });
    expect(source).toMatch(/>in force 0\.80</);
    expect(source).toMatch(/>tried 99\.00 →</);
    expect(source).toContain('The threshold in force is at 0.80, the one that is tried at 99.00, beyond the axis.');
  });

  test('a threshold or pair far beyond all data does not press these into one bar', () => {
    const valid = { same: [0.1, 0.2], different: [2.1, 3] };
    const far = histogramLayout(valid, { threshold: 99, distance: 400 }, SIZE);
    expect(far.end).toBeLessThan(7);
    expect(far.markers.every(({ at, isBeyond }) => at === far.right && isBeyond)).toBe(true);
    expect(chart(DistanceHistogram, { valid, threshold: 99, ...SIZE }).source).toMatch(/>threshold 99\.00 →</);
  });

  test('the pair is drawn below the threshold line, so that it never hides it', () => {
    const svg = chart(DistanceHistogram, { valid: { same: [0.1], different: [1.2] }, distance: 0.91, threshold: 0.91, ...SIZE }).source;
    expect(svg.indexOf('<path class="this-pair')).toBeLessThan(svg.indexOf('<path class="threshold'));
    const css = readFileSync('src/shared/charts/charts.css', 'utf8');
    expect(/\.this-pair \{[^}]*accent/.test(css)).toBe(false); // green on wrong verdicts
  });

  test('marks threshold and pair, and draws a bar for every bin with pairs', () => {
    const valid = { same: [0.1, 0.2, 0.3], different: [1.2, 1.4] };
    const svg = chart(DistanceHistogram, { valid, distance: 1.63, threshold: 0.91, ...SIZE }).source;
    expect(svg.match(/<rect/g)).toHaveLength(5);
    expect(svg).toContain('this pair 1.63');
    expect(svg).toContain('threshold 0.91');
    expect(svg).toContain('aria-label="Distances of 3 same and 2 different validation pairs. This pair is at 1.63, the threshold at 0.91."');
    const alone = chart(DistanceHistogram, { valid, threshold: 0.91, ...SIZE }).source;
    expect(alone).toContain('The threshold is at 0.91.');
    expect(alone).not.toContain('this pair');
  });
});

describe('the ROC chart', () => {
  test('ends at both corners and names each split with its AUC', () => {
    const svg = chart(RocChart, { metrics: RUN.metrics, width: 400 }).source;
    for (const { split } of RUN.metrics) expect(svg).toMatch(new RegExp(`roc-${split}" d="M44\\.2 355\\.8L.*L374 26"`));
    expect(svg).toContain(`AUC ${RUN.metrics[0].auc.toFixed(3)}`);
  });

  test('the operating point is omitted for a split with one kind of pairs', () => {
    const confusion = (counts: [[number, number], [number, number]]) => operatingPoint({ ...RUN.metrics[0], confusion: counts });
    expect(
      confusion([
        [30, 10],
        [5, 15],
      ]),
    ).toEqual({ fpr: 0.25, tpr: 0.75 });
    expect(
      confusion([
        [0, 0],
        [5, 15],
      ]),
    ).toBeNull();
  });
});

test('degenerate data never draws NaN: no pairs, all zero, one epoch, broken losses, one kind of pairs', () => {
  const row = { ...RUN.epochs[0], lossTrain: NaN, lossValid: Infinity };
  const curves = { metric: 'loss', title: 'loss', label: 'loss', width: 460, height: 260 } as const;
  const run = { run: 'r1', name: '', bestEpoch: 1 };
  const oneSplit: Metrics = {
    ...RUN.metrics[0],
    confusion: [
      [1, 0],
      [1, 0],
    ],
  };
  const train: Metrics = {
    ...oneSplit,
    split: 'train',
    confusion: [
      [0, 0],
      [1, 0],
    ],
  };
  const drawings = [
    chart(DistanceHistogram, { valid: { same: [], different: [] }, distance: 0.5, threshold: 0.9, ...SIZE }),
    chart(DistanceHistogram, { valid: { same: [0, 0], different: [0] }, distance: 0, threshold: 0, ...SIZE }),
    chart(EpochCurves, { run: { ...run, epochs: [row] }, ...curves }),
    chart(EpochCurves, { run: { ...run, bestEpoch: null, epochs: [row, RUN.epochs[1]] }, ...curves }),
    chart(RocChart, { metrics: [oneSplit, train], width: 400 }),
  ];
  for (const { source } of drawings) expect(numbersIn(source).filter((n) => /NaN|Infinity|undefined|null/.test(n))).toEqual([]);
});
