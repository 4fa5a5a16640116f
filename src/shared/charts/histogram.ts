import type { RunRecord } from '../run.ts';
import { binCounts } from './path.ts';
import { countingAxis, linearAxis, type Tick } from './scale.ts';

export type PairDistances = NonNullable<RunRecord['validDistances']>;

export interface Bar {
  x: number; // px, like all lengths below
  y: number;
  width: number;
  height: number;
}

/** A vertical line with its label. */
export interface Marker {
  kind: 'threshold' | 'this-pair' | 'tried';
  at: number;
  isBeyond: boolean; // beyond the axis: the line is at its end
  labelY: number; // baseline of the label; the line starts just above it
  anchor: 'start' | 'end'; // start: the label is right of the line
}

export interface HistogramLayout {
  same: Bar[]; // upwards from the baseline
  different: Bar[]; // downwards
  left: number; // distance 0
  right: number; // distance `end`
  end: number;
  top: number;
  bottom: number;
  baseline: number;
  distances: Tick[]; // along x
  counts: Tick[]; // numbers of pairs, in both directions from the baseline
  markers: Marker[];
  sameLabel: { x: number; y: number }; // right end and baseline of the label of same pairs: above their bars where these are low; no marker crosses it
  differentLabel: { x: number; anchor: 'start' | 'end' }; // label below the bars of different pairs, on the side where they are shorter
}

const BINS = 32;
const LABEL_EMS = 8.5; // upper bound of the width of a marker's label
const SAME_EMS = 6; // of the label of same pairs, at most
const LOW_EMS = 3; // bars lower than this have no space beside them for a label
const FARTHEST = 2; // how many times the largest distance of the data the axis reaches for a line beyond it

/** The lines: the threshold, and the distance of the compared pair or a threshold that is tried in place of the one in force. */
export interface MarkedDistances {
  threshold: number;
  distance: number | null;
  tried?: number | null;
}

/**
 * Histogram of the distances of validation pairs. Bars of same pairs point up from the baseline and bars of different pairs down, so
 * they are distinguishable without colour; both use one scale of counts. The axis includes the threshold and the pair's distance, unless they
 * are far beyond all data. A tried threshold never changes it, so that it stays during a drag. `text`: font size, px.
 */
export function histogramLayout(
  valid: PairDistances,
  { threshold, distance, tried = null }: MarkedDistances,
  { width, height, text }: { width: number; height: number; text: number },
): HistogramLayout {
  const [left, right] = [3 * text, width - text];
  const other = distance ?? tried;
  const [labels, bottom] = [(other === null ? 3.2 : 4.4) * text, height - 3.2 * text]; // below the labels of the markers
  const end = axisEnd(valid, threshold, distance ?? 0);
  const x = linearAxis([0, end], [left, right], Math.max(3, Math.round(width / 75)), false);
  const bins = { same: binCounts(valid.same, BINS, end), different: binCounts(valid.different, BINS, end) };
  const [up, down] = [Math.max(1, ...bins.same), Math.max(1, ...bins.different)];
  const isLow = (up / (up + down)) * (bottom - labels) < LOW_EMS * text;
  const top = labels + (isLow ? 1.2 * text : 0);
  const perPair = (bottom - top) / (up + down);
  const baseline = top + up * perPair;
  const binWidth = (right - left) / BINS;
  const bars = (counts: readonly number[], upwards: boolean): Bar[] =>
    counts.flatMap((count, bin) => {
      const barHeight = count * perPair;
      return count === 0
        ? []
        : [{ x: left + bin * binWidth + 0.5, y: upwards ? baseline - barHeight : baseline, width: binWidth - 1, height: barHeight }];
    });
  const counts = countingAxis([-down, up], [bottom, top], Math.max(2, Math.floor((bottom - top) / (2 * text)))).ticks;
  const tallest = (counts: readonly number[]): number => Math.max(0, ...counts);
  const labelBins = Math.min(BINS / 2, Math.ceil((LABEL_EMS * text) / binWidth));
  const isShorterLeft = tallest(bins.different.slice(0, labelBins)) <= tallest(bins.different.slice(-labelBins));
  const lineAt = (kind: Marker['kind'], value: number): MarkerPosition => ({
    kind,
    at: x.position(Math.min(value, end)),
    isBeyond: value > end * (1 + 1e-5),
  });
  const lines = [lineAt('threshold', threshold), ...(other === null ? [] : [lineAt(distance === null ? 'tried' : 'this-pair', other)])];
  const markers = withLabels(lines, { left, top: labels, width, text });
  const labelRight = Math.min(right - 4, ...markers.map(({ at }) => (at > right - LABEL_EMS * text ? at - 6 : right)));
  return {
    same: bars(bins.same, true),
    different: bars(bins.different, false),
    ...{ left, right, end, top, bottom, baseline },
    distances: x.ticks,
    counts: counts.map(({ at, label }) => ({ at, label: label.replace(/^[-−]/, '') })),
    markers,
    sameLabel: { x: freeTo(labelRight, markers, SAME_EMS * text), y: isLow ? top - 0.2 * text : top + text },
    differentLabel: isShorterLeft ? { x: freeFrom(left + 6, markers, LABEL_EMS * text), anchor: 'start' } : { x: labelRight, anchor: 'end' },
  };
}

/** The largest distance on the axis. `marked`: distances of lines in force. */
export function axisEnd(valid: PairDistances, ...marked: readonly number[]): number {
  const largest = Math.max(valid.same.at(-1) ?? 0, valid.different.at(-1) ?? 0);
  return Math.min(Math.max(largest, ...marked), FARTHEST * largest || Infinity) * 1.02 || 1;
}

/** The first x at which a label of `width` px crosses no marker's line. */
function freeFrom(x: number, markers: readonly Marker[], width: number): number {
  let free = x;
  for (const { at } of markers.toSorted((a, b) => a.at - b.at)) if (at > free - 6 && at < free + width) free = at + 6;
  return free;
}

/** The last x at which a label of `width` px that ends there crosses no marker's line. */
function freeTo(x: number, markers: readonly Marker[], width: number): number {
  let free = x;
  for (const { at } of markers.toSorted((a, b) => b.at - a.at)) if (at < free + 6 && at > free - width) free = at - 6;
  return free;
}

type MarkerPosition = Pick<Marker, 'kind' | 'at' | 'isBeyond'>;

/**
 * A label is on the side away from the other line, unless the drawing has no space there. The line with the upper label crosses the row
 * of the lower label, so the labels swap rows where that line would cross the text.
 */
function withLabels(
  [threshold, other]: readonly MarkerPosition[],
  { left, top, width, text }: { left: number; top: number; width: number; text: number },
): Marker[] {
  const labelWidth = LABEL_EMS * text;
  const anchor = (at: number, beside: number | null): Marker['anchor'] => {
    const isLeft = beside !== null && at < beside ? at - labelWidth > left : at + labelWidth > width;
    return isLeft ? 'end' : 'start';
  };
  const [lower, upper] = [top - 0.6 * text, top - 1.9 * text];
  const side = anchor(threshold!.at, other?.at ?? null);
  if (!other) return [{ ...threshold!, labelY: lower, anchor: side }];
  const isCrossed =
    side === 'start'
      ? threshold!.at < other.at && threshold!.at + labelWidth > other.at
      : other.at < threshold!.at && threshold!.at - labelWidth < other.at;
  return [
    { ...threshold!, labelY: isCrossed ? upper : lower, anchor: side },
    { ...other, labelY: isCrossed ? lower : upper, anchor: anchor(other.at, threshold!.at) },
  ];
}
