import type { Calibration } from '../../../shared/run.ts';

export interface CalibrationFit {
  calibration: Calibration;
  warning: string | null; // a sentence if distances don't separate the labels
}

/** Lower bound of slope × largest |D - threshold|. At the bound, similarities differ from 50 % by at most 0.25 percentage points. */
const MIN_SLOPE = 0.01;
const MAX_SLOPE = 1e12; // per unit of distance; reached if distances differ by less than about 1e-14

/** Similarity 0..1 of a distance D: 1 / (1 + exp(slope (D - threshold))). It is 0.5 at the threshold and decreases with D. */
export function similarityOf(distance: number, { threshold, slope }: Calibration): number {
  return 1 / (1 + Math.exp(slope * (distance - threshold)));
}

/**
 * Fits the slope of P(same | D) = 1 / (1 + exp(slope (D - threshold))) to validation pairs by maximum likelihood.
 * Targets are Platt's (1999): (S + 1) / (S + 2) for S same pairs and 1 / (T + 2) for T different pairs, so that separable
 * data have a finite optimum. The negative log-likelihood is convex in the slope. Newton's method within bisection bounds
 * finds the root of its derivative (cf. Lin, Lin & Weng 2007, "A note on Platt's probabilistic outputs").
 * `distances` [N], finite; `labels` [N], 0 same, 1 different, each at least once.
 */
export function fitCalibration(distances: ArrayLike<number>, labels: ArrayLike<number>, threshold: number): CalibrationFit {
  const x = Float64Array.from(distances, (d) => d - threshold);
  const targets = plattTargets(labels);
  const maxOffset = x.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  const floor = maxOffset === 0 ? MIN_SLOPE : Math.min(MIN_SLOPE / maxOffset, MAX_SLOPE);
  if (!(derivatives(x, targets, floor).first < 0))
    return {
      calibration: { threshold, slope: floor },
      warning:
        'On validation pairs the distance does not separate same from different, so every similarity is close to 50 %. Train longer or with other settings before relying on it.',
    };
  return { calibration: { threshold, slope: Math.min(rootAbove(x, targets, floor), MAX_SLOPE) }, warning: null };
}

/** Platt's targets of P(same) [N]: (S + 1) / (S + 2) and 1 / (T + 2) instead of 1 and 0. */
export function plattTargets(labels: ArrayLike<number>): Float64Array {
  let different = 0;
  for (let i = 0; i < labels.length; i++) if (labels[i] === 1) different++;
  const same = labels.length - different;
  return Float64Array.from(labels, (label) => (label === 1 ? 1 / (different + 2) : (same + 1) / (same + 2)));
}

/** Derivatives of NLL = -sum t log p + (1 - t) log(1 - p) with respect to the slope; p = 1 / (1 + exp(slope x)). `x`, `targets` t [N]. */
export function derivatives(x: Float64Array, targets: Float64Array, slope: number): { first: number; second: number } {
  let first = 0;
  let second = 0;
  for (let i = 0; i < x.length; i++) {
    const p = 1 / (1 + Math.exp(slope * x[i]));
    first += x[i] * (targets[i] - p);
    second += x[i] * x[i] * p * (1 - p);
  }
  return { first, second };
}

/** The slope above `floor` at which the first derivative is 0; it is negative at `floor`. Relative accuracy 1e-12. */
function rootAbove(x: Float64Array, targets: Float64Array, floor: number): number {
  let low = floor;
  let high = floor * 2;
  while (high < MAX_SLOPE && derivatives(x, targets, high).first < 0) [low, high] = [high, high * 2];
  let slope = (low + high) / 2;
  for (let i = 0; i < 100 && high - low > 1e-12 * high; i++) {
    const { first, second } = derivatives(x, targets, slope);
    if (first < 0) low = slope;
    else high = slope;
    const newton = slope - first / second;
    slope = newton > low && newton < high ? newton : (low + high) / 2;
    if (first === 0) break;
  }
  return slope;
}
