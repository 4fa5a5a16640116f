/** The visible part of an axis. */
export type Range = readonly [low: number, high: number];

const MIN_SPAN = 1; // epochs, the closest zoom

/** Scales the range by `factor` (below 1: zoom in) around `at`, within `bounds`. */
export function zoomRange([low, high]: Range, at: number, factor: number, bounds: Range): Range {
  const span = Math.min(Math.max((high - low) * factor, MIN_SPAN), bounds[1] - bounds[0]);
  const share = high > low ? (at - low) / (high - low) : 0.5;
  return clampRange([at - share * span, at + (1 - share) * span], bounds);
}

/** Moves the range by `by`, within `bounds`. */
export const panRange = ([low, high]: Range, by: number, bounds: Range): Range => clampRange([low + by, high + by], bounds);

function clampRange([low, high]: Range, bounds: Range): Range {
  const span = Math.min(high - low, bounds[1] - bounds[0]);
  const start = Math.min(Math.max(low, bounds[0]), bounds[1] - span);
  return [start, start + span];
}

/** First to last epoch, at least two, so that a single epoch has an axis. */
export const epochBounds = (epochs: readonly number[]): Range => [epochs[0] ?? 1, Math.max(epochs.at(-1) ?? 2, (epochs[0] ?? 1) + 1)];
