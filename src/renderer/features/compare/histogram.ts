import { binCounts } from '../../../shared/charts/path.ts';
import { countingAxis, linearAxis, type Tick } from '../../../shared/charts/scale.ts';
import type { RunRecord } from '../../../shared/run.ts';

export interface Bar {
  x: number; // px
  y: number;
  width: number;
  height: number;
}

export interface HistogramLayout {
  same: Bar[]; // downwards from the line
  different: Bar[]; // upwards
  middle: number; // px: the line between
  threshold: number; // px
  pair: number; // px: this pair
  ticks: Tick[];
  counts: Tick[]; // pairs, upwards
}

export const BOX = { width: 288, height: 132, left: 26, right: 284, top: 16, bottom: 112 };
const BINS = 26;

/**
 * Validation distances on one axis: different pairs grow upwards, same pairs downwards, on one scale of counts. The axis reaches
 * over everything that is shown, this pair included.
 */
export function histogramLayout(valid: NonNullable<RunRecord['validDistances']>, threshold: number, pair: number): HistogramLayout {
  const end = Math.max(pair, threshold, valid.same.at(-1) ?? 0, valid.different.at(-1) ?? 0) * 1.02 || 1;
  const x = linearAxis([0, end], [BOX.left, BOX.right], 5, false);
  const counted = { same: binCounts(valid.same, BINS, end), different: binCounts(valid.different, BINS, end) };
  const [up, down] = [Math.max(1, ...counted.different), Math.max(1, ...counted.same)];
  const perPair = (BOX.bottom - BOX.top) / (up + down); // px: one scale both ways
  const middle = BOX.top + up * perPair;
  const width = (BOX.right - BOX.left) / BINS;
  const bars = (counts: number[], upwards: boolean): Bar[] =>
    counts.flatMap((count, bin) => {
      const height = count * perPair;
      return count === 0 ? [] : [{ x: BOX.left + bin * width + 0.5, y: upwards ? middle - height : middle, width: width - 1, height }];
    });
  return {
    same: bars(counted.same, false),
    different: bars(counted.different, true),
    middle,
    threshold: x.position(threshold),
    pair: x.position(pair),
    ticks: x.ticks,
    counts: countingAxis([0, up], [middle, BOX.top], 2).ticks.slice(1),
  };
}
