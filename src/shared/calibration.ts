import type { CurveScale } from './losses.ts';
import type { Calibration, CurveFit, IntervalUnit } from './run.ts';
import { logistic, studentT975 } from './statistics.ts';

/** The similarity curve: how a distance becomes a probability. */

type Curve = Pick<Calibration, 'threshold' | 'slope' | 'midpoint' | 'scale'>;

/** A probe fitted to some hundred images knows no probability beyond this, 0..1. */
const LEAST = 1e-3;

/** g(D): where a distance is on the scale that a curve is logistic in; see Calibration. */
export function positionOf(distance: number, scale: CurveScale | undefined): number {
  if (scale === undefined) return distance;
  return logOdds(Math.min(1 - LEAST, Math.max(LEAST, distance ** 2 / 2)));
}

/** `share`: 0..1, both inclusive. */
const logOdds = (share: number): number => Math.log(share / (1 - share));

/** The distance at a position: the inverse of positionOf. */
export const distanceAt = (position: number, scale: CurveScale | undefined): number =>
  scale === undefined ? position : Math.sqrt(2 * logistic(position));

/** The distance where the similarity is 50 %. Curves of older versions pass through 50 % at the threshold. */
export const midpointOf = ({ midpoint, threshold }: Pick<Calibration, 'threshold' | 'midpoint'>): number => midpoint ?? threshold;

/** Logit of the similarity: slope (g(midpoint) - g(D)), natural logarithm of the odds of "same". */
export const logitAt = (distance: number, curve: Curve): number =>
  curve.slope * (positionOf(midpointOf(curve), curve.scale) - positionOf(distance, curve.scale));

/** Similarity 0..1 of a distance D, P(same | D) = 1 / (1 + exp(slope (g(D) - g(midpoint)))). */
export const similarityOf = (distance: number, curve: Curve): number => logistic(logitAt(distance, curve));

/** log(0.55 / 0.45): how far the logit of 55 % is from that of 50 %. */
const CLOSE_LOGIT = 0.2;

/**
 * Whether a distance is so near to the threshold that their logits differ by at most 0.2, as between 50 and 55 %. The threshold may be anywhere
 * on the curve, also where a probe's is flat: there the logits are those of a curve that goes on.
 */
export const isNearThreshold = (distance: number, threshold: number, { slope, scale }: Pick<Calibration, 'slope' | 'scale'>): boolean =>
  distance === threshold || Math.abs(slope * (steepPosition(distance, scale) - steepPosition(threshold, scale))) <= CLOSE_LOGIT;

/** positionOf without a limit: ±Infinity where D²/2 is 0 or at least 1. */
const steepPosition = (distance: number, scale: CurveScale | undefined): number =>
  scale === undefined ? distance : logOdds(Math.min(1, distance ** 2 / 2));

/** The distance of a similarity 0..1, both exclusive. Not finite for a slope of 0. */
export const distanceOf = (similarity: number, curve: Curve): number =>
  distanceAt(positionOf(midpointOf(curve), curve.scale) - Math.log(similarity / (1 - similarity)) / curve.slope, curve.scale);

/** Standard error of the logit at a position g(D), by the delta method from the covariance of the curve's two parameters. */
export function logitError(position: number, { centre, covariance: [level, both, slope] }: Pick<CurveFit, 'centre' | 'covariance'>): number {
  const x = position - centre;
  return Math.sqrt(Math.max(0, level - 2 * both * x + slope * x * x));
}

/** A probability with its 95 % interval over images or groups. */
export interface Certainty {
  low: number; // 0..1
  high: number;
  /** Whether no validation pair is this near or far: the curve is extrapolated. */
  beyond: boolean;
  over: IntervalUnit;
  units: number; // images or groups in the validation pairs
  pairs: number;
  same: number; // of the pairs: the similarity holds for pairs sampled with this share
}

/** The 95 % interval of the similarity at a distance; null for a curve of an older version, which has none. */
export function certaintyAt(distance: number, calibration: Curve & Pick<Calibration, 'fit'>): Certainty | null {
  const { fit } = calibration;
  if (!fit) return null;
  const [logit, half] = [
    logitAt(distance, calibration),
    studentT975(Math.max(1, fit.units - 2)) * logitError(positionOf(distance, calibration.scale), fit),
  ];
  const [nearest, farthest] = fit.range;
  return {
    low: logistic(logit - half),
    high: logistic(logit + half),
    beyond: distance < nearest || distance > farthest,
    over: fit.over,
    units: fit.units,
    pairs: fit.same + fit.different,
    same: fit.same,
  };
}
