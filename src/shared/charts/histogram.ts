import type { RunRecord } from '../run.ts';
import { binCounts } from './path.ts';
import { countingAxis, linearAxis, type Tick } from './scale.ts';

export type PairDistances = NonNullable<RunRecord['validDistances']>;

export interface Bar {
  x: number; // px, as all that follows
  y: number;
  width: number;
  height: number;
}

/** A vertical line with its label. */
export interface Marker {
  kind: 'threshold' | 'this-pair';
  at: number;
  labelY: number; // baseline of the label; the line starts just above it
  anchor: 'start' | 'end'; // side of the line on which the label stands
}

export interface HistogramLayout {
  same: Bar[]; // upwards from the baseline
  different: Bar[]; // downwards
  left: number;
  right: number;
  top: number;
  bottom: number;
  baseline: number;
  distances: Tick[]; // along x
  counts: Tick[]; // numbers of pairs, in both directions from the baseline
  markers: Marker[];
  sameLabelX: number; // right end of the label above the bars of same pairs, clear of the pair's line
  differentLabel: { x: number; anchor: 'start' | 'end' }; // label below the bars of different pairs, where they are lowest
}

const BINS = 32;
const LABEL_EMS = 8.5; // width of a marker's label, generous

/**
 * Distances of validation pairs on one axis that grows to the right: same pairs grow upwards, different pairs downwards from one
 * baseline, so that they are told apart without colour. Both ways have one scale of counts. The axis reaches over everything shown.
 * `distance`: of the pair that is looked at, if any. `text`: font size, px.
 */
export function histogramLayout(
  valid: PairDistances,
  { threshold, distance }: { threshold: number; distance: number | null },
  { width, height, text }: { width: number; height: number; text: number },
): HistogramLayout {
  const [left, right] = [3 * text, width - text];
  const [top, bottom] = [(distance === null ? 3.2 : 4.4) * text, height - 3.2 * text];
  const end = Math.max(distance ?? 0, threshold, valid.same.at(-1) ?? 0, valid.different.at(-1) ?? 0) * 1.02 || 1;
  const x = linearAxis([0, end], [left, right], Math.max(3, Math.round(width / 75)), false);
  const counted = { same: binCounts(valid.same, BINS, end), different: binCounts(valid.different, BINS, end) };
  const [up, down] = [Math.max(1, ...counted.same), Math.max(1, ...counted.different)];
  const perPair = (bottom - top) / (up + down);
  const baseline = top + up * perPair;
  const binWidth = (right - left) / BINS;
  const bars = (counts: readonly number[], upwards: boolean): Bar[] =>
    counts.flatMap((count, bin) => {
      const tall = count * perPair;
      return count === 0 ? [] : [{ x: left + bin * binWidth + 0.5, y: upwards ? baseline - tall : baseline, width: binWidth - 1, height: tall }];
    });
  const counts = countingAxis([-down, up], [bottom, top], Math.max(2, Math.floor((bottom - top) / (2 * text)))).ticks;
  const tallest = (bins: readonly number[]): number => Math.max(0, ...bins);
  const labelBins = Math.min(BINS / 2, Math.ceil((LABEL_EMS * text) / binWidth));
  const lowestLeft = tallest(counted.different.slice(0, labelBins)) <= tallest(counted.different.slice(-labelBins));
  const markers = markersAt(x.position(threshold), distance === null ? null : x.position(distance), { left, top, width, text });
  const freeRight = Math.min(right - 4, ...markers.map(({ at }) => (at > right - LABEL_EMS * text ? at - 6 : right)));
  return {
    same: bars(counted.same, true),
    different: bars(counted.different, false),
    ...{ left, right, top, bottom, baseline },
    distances: x.ticks,
    counts: counts.map(({ at, label }) => ({ at, label: label.replace(/^[-−]/, '') })),
    markers,
    sameLabelX: freeRight,
    differentLabel: lowestLeft ? { x: left + 6, anchor: 'start' } : { x: freeRight, anchor: 'end' },
  };
}

/**
 * Labels point away from the other line, unless the drawing ends there. The line with the upper label crosses the row of the lower
 * one, so the labels swap rows if the lower one would be crossed.
 */
function markersAt(
  threshold: number,
  pair: number | null,
  { left, top, width, text }: { left: number; top: number; width: number; text: number },
): Marker[] {
  const room = LABEL_EMS * text;
  const anchor = (at: number, other: number | null): Marker['anchor'] => {
    const leftwards = other !== null && at < other ? at - room > left : at + room > width;
    return leftwards ? 'end' : 'start';
  };
  const [lower, upper] = [top - 0.6 * text, top - 1.9 * text];
  const side = anchor(threshold, pair);
  if (pair === null) return [{ kind: 'threshold', at: threshold, labelY: lower, anchor: side }];
  const isCrossed = side === 'start' ? threshold < pair && threshold + room > pair : pair < threshold && threshold - room < pair;
  return [
    { kind: 'threshold', at: threshold, labelY: isCrossed ? upper : lower, anchor: side },
    { kind: 'this-pair', at: pair, labelY: isCrossed ? lower : upper, anchor: anchor(pair, threshold) },
  ];
}
