import type { Calibration } from '../../../shared/run.ts';

export interface CalibrationFit {
  calibration: Calibration;
  warning: string | null; // a sentence if distances don't separate the labels
}

/** Smallest slope times the largest |D - threshold|: similarities then differ from 50 % by at most 0.25 percentage points. */
const MIN_SLOPE = 0.01;
const MAX_SLOPE = 1e12; // per unit of distance; keeps the slope finite if distances differ by less than 1e-14

/** Similarity 0..1 of a distance: 1 / (1 + exp(slope (D - threshold))), 0.5 at the threshold, falling with D. */
export function similarityOf(distance: number, { threshold, slope }: Calibration): number {
  return 1 / (1 + Math.exp(slope * (distance - threshold)));
}

/**
 * Fits the slope of P(same | D) = 1 / (1 + exp(slope (D - threshold))) to validation pairs by maximum likelihood.
 * Targets are Platt's (1999): (S + 1) / (S + 2) for S same pairs and 1 / (T + 2) for T different pairs, so that separable
 * data have a finite optimum. The negative log-likelihood is convex in the slope; the root of its derivative is found by
 * Newton's method with bisection bounds (cf. Lin, Lin & Weng 2007, "A note on Platt's probabilistic outputs").
 * `distances`, `labels` [N], 0 same, 1 different, both present and finite.
 */
export function fitCalibration(distances: ArrayLike<number>, labels: ArrayLike<number>, threshold: number): CalibrationFit {
  const x = Float64Array.from(distances, (d) => d - threshold);
  const targets = plattTargets(labels);
  const reach = x.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  const floor = reach === 0 ? MIN_SLOPE : Math.min(MIN_SLOPE / reach, MAX_SLOPE);
  if (!(derivatives(x, targets, floor).first < 0))
    return {
      calibration: { threshold, slope: floor },
      warning:
        'On validation pairs the distance does not separate same from different, so every similarity is close to 50 %. Train longer or with other settings before relying on it.',
    };
  return { calibration: { threshold, slope: Math.min(rootAbove(x, targets, floor), MAX_SLOPE) }, warning: null };
}

/** Platt's targets for 'same': 1 and 0, smoothed by one pseudo-pair of each label. */
export function plattTargets(labels: ArrayLike<number>): Float64Array {
  let different = 0;
  for (let i = 0; i < labels.length; i++) if (labels[i] === 1) different++;
  const same = labels.length - different;
  return Float64Array.from(labels, (label) => (label === 1 ? 1 / (different + 2) : (same + 1) / (same + 2)));
}

/** First and second derivative by the slope of NLL = -sum t log p + (1 - t) log(1 - p), p = 1 / (1 + exp(slope x)). */
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
