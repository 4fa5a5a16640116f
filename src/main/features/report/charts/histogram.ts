import type { RunRecord } from '../../../../shared/run.ts';
import { countText, distancePair } from '../../../../shared/format.ts';
import { markup, type Html } from '../html.ts';
import { drawing, xTicks, type Box } from './frame.ts';
import { binCounts, px } from '../../../../shared/charts/path.ts';
import { countingAxis, linearAxis } from '../../../../shared/charts/scale.ts';

const BOX: Box = { width: 460, height: 268, left: 40, right: 448, top: 44, bottom: 226 };
const BINS = 32;
const LABEL_WIDTH = 110; // px, generous
const MIDDLE = (BOX.top + BOX.bottom) / 2;

/**
 * Where a distance lies among the validation pairs: same pairs grow upwards, different pairs downwards from one line, so
 * that black and white paper tells them apart. The threshold is dashed, this pair a solid line.
 */
export function distanceHistogram(valid: NonNullable<RunRecord['validDistances']>, distance: number, threshold: number): Html {
  const end = Math.max(distance, threshold, valid.same.at(-1) ?? 0, valid.different.at(-1) ?? 0) * 1.02 || 1;
  const x = linearAxis([0, end], [BOX.left, BOX.right], 6, false);
  const same = binCounts(valid.same, BINS, end);
  const different = binCounts(valid.different, BINS, end);
  const most = Math.max(1, ...same, ...different);
  const up = countingAxis([0, most], [MIDDLE, BOX.top], 3);
  const down = countingAxis([0, most], [MIDDLE, BOX.bottom], 3);
  const width = (BOX.right - BOX.left) / BINS;
  const bar = (count: number, bin: number, downwards: boolean): Html | null => {
    if (count === 0) return null;
    const height = up.position(0) - up.position(count);
    return markup`<rect x="${px(BOX.left + bin * width + 0.5)}" y="${px(downwards ? MIDDLE : MIDDLE - height)}" width="${px(width - 1)}" height="${px(height)}" />`;
  };
  const [distanceLabel, thresholdLabel] = distancePair(distance, threshold);
  const label = `Distances of ${valid.same.length} same and ${valid.different.length} different validation pairs. This pair lies at ${distanceLabel}, the threshold at ${thresholdLabel}.`;
  const markers = placeMarkers(x.position(threshold), x.position(distance), {
    threshold: `threshold ${thresholdLabel}`,
    thisPair: `this pair ${distanceLabel}`,
  });
  return drawing(
    BOX,
    label,
    markup`${[...up.ticks, ...down.ticks.slice(1)].map(
      ({ at, label: tick }) =>
        markup`<path class="grid" d="M${BOX.left} ${px(at)}H${BOX.right}" /><text class="tick end" x="${BOX.left - 7}" y="${px(at + 4)}">${tick}</text>`,
    )}
      <g class="same">${same.map((count, bin) => bar(count, bin, false))}</g>
      <g class="different">${different.map((count, bin) => bar(count, bin, true))}</g>
      <path class="axis" d="M${BOX.left} ${MIDDLE}H${BOX.right}" /><path class="axis" d="M${BOX.left} ${BOX.bottom}H${BOX.right}" />
      ${xTicks(BOX, x)}
      ${markers.map(({ at, kind, top }) => markup`<path class="${kind}" d="M${px(at)} ${top - 9}V${BOX.bottom}" />`)}
      <text class="group end" x="${BOX.right - 4}" y="${BOX.top + 16}">↑ ${countText(valid.same.length)} same</text>
      <text class="group" x="${BOX.left + 6}" y="${BOX.bottom - 8}">↓ ${countText(valid.different.length)} different</text>
      ${markers.map(({ at, kind, top, words, anchor }) => markup`<text class="marked ${kind} ${anchor}" x="${px(at + (anchor === 'end' ? -6 : 6))}" y="${top}">${words}</text>`)}
      <text class="title mid" x="${px((BOX.left + BOX.right) / 2)}" y="${BOX.height - 5}">distance</text>
      <text class="title" x="4" y="13">pairs</text>`,
  );
}

interface Marker {
  at: number; // px
  kind: 'threshold' | 'this-pair';
  top: number; // px: the label's baseline
  words: string;
  anchor: 'start' | 'end';
}

/** The two lines, their labels turned away from each other unless the drawing ends there: neither then crosses a line. */
function placeMarkers(threshold: number, thisPair: number, words: { threshold: string; thisPair: string }): Marker[] {
  const anchor = (at: number, other: number): Marker['anchor'] => {
    const leftwards = at < other ? at - LABEL_WIDTH > BOX.left : at + LABEL_WIDTH > BOX.width;
    return leftwards ? 'end' : 'start';
  };
  return [
    { at: threshold, kind: 'threshold', top: BOX.top - 8, words: words.threshold, anchor: anchor(threshold, thisPair) },
    { at: thisPair, kind: 'this-pair', top: BOX.top - 26, words: words.thisPair, anchor: anchor(thisPair, threshold) },
  ];
}
