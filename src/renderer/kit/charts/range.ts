/** A part of an axis that is shown, lowest and highest value. */
export type Range = readonly [low: number, high: number];

const LEAST = 1; // epochs: closer there is nothing to see

/** The range made `factor` times as long (below 1: closer) with `at` in its place, kept within `bounds`. */
export function zoomRange([low, high]: Range, at: number, factor: number, bounds: Range): Range {
  const span = Math.min(Math.max((high - low) * factor, LEAST), bounds[1] - bounds[0]);
  const share = high > low ? (at - low) / (high - low) : 0.5;
  return clampRange([at - share * span, at + (1 - share) * span], bounds);
}

/** The range moved by `by`, stopped at `bounds`. */
export const panRange = ([low, high]: Range, by: number, bounds: Range): Range => clampRange([low + by, high + by], bounds);

function clampRange([low, high]: Range, bounds: Range): Range {
  const span = Math.min(high - low, bounds[1] - bounds[0]);
  const start = Math.min(Math.max(low, bounds[0]), bounds[1] - span);
  return [start, start + span];
}

/** From the first epoch to the last, two at least, so that a single one has a place. */
export const epochBounds = (epochs: readonly number[]): Range => [epochs[0] ?? 1, Math.max(epochs.at(-1) ?? 2, (epochs[0] ?? 1) + 1)];
