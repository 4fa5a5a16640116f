import type { CurveScale } from '../../../shared/losses.ts';
import { distanceAt, positionOf } from '../../../shared/calibration.ts';
import type { Calibration, CurveFit } from '../../../shared/run.ts';
import { logistic } from '../../../shared/statistics.ts';
import { crossFitReliability } from './cross-fit.ts';
import { fitPlatt, type PlattCurve, plattTargets } from './platt.ts';
import { chooseThreshold } from './threshold.ts';
import type { PairUnits } from './units.ts';

export type FittedCalibration = Calibration & Required<Omit<Calibration, 'scale'>>;

/**
 * The similarity curve of validation pairs and the default threshold, where the curve is 50 %. If same pairs are farther apart than
 * different ones, or if the curve does not reach 50 % among these distances, there is no such threshold: then it is the one of the highest
 * balanced accuracy, or the nearest distance. `distances`, `labels` [N]; `scale`: what the curve is logistic in.
 * @throws as chooseThreshold does.
 */
export function fitCalibration(distances: ArrayLike<number>, labels: ArrayLike<number>, units: PairUnits, scale?: CurveScale): FittedCalibration {
  const balanced = chooseThreshold(distances, labels);
  const positions = Float64Array.from(distances, (distance) => positionOf(distance, scale));
  const curve = fitPlatt(positions, labels);
  const range: CurveFit['range'] = [Infinity, -Infinity];
  for (const distance of Array.from(distances)) [range[0], range[1]] = [Math.min(range[0], distance), Math.max(range[1], distance)];
  const fit = { ...curveFit(positions, labels, units, curve), range, reliability: crossFitReliability(positions, labels, units) };
  const midpoint = distanceAt(curve.centre + curve.level / curve.slope, scale);
  const threshold = curve.slope > 0 ? Math.min(Math.max(midpoint, fit.range[0]), fit.range[1]) : balanced;
  return { threshold, slope: curve.slope, midpoint, ...(scale && { scale }), fit };
}

/** Images or groups in pairs on the wrong side of the curve. With fewer, their variance rests on too little. */
const MIN_HARD_UNITS = 10;

/**
 * What the curve was fitted to, with the covariance of its two parameters over units: images, or groups where there are groups. Pairs that
 * share a unit are not independent, so the scores of the pairs are summed by unit (dyadic clustering: P. Aronow, C. Samii and V. Assenova,
 * "Cluster-robust variance estimation for dyadic data", Political Analysis 2015):
 *
 *   s_i = (t_i - p_i) (1, x_i),   u_k = sum of s_i over the pairs i of unit k,   H = sum of p_i (1 - p_i) (1, x_i) (1, x_i)'
 *   V = (n - 1) / n sum of (H - H_k)^-1 u_k u_k' (H - H_k)^-1  -  sum of H^-1 s_i s_i' H^-1
 *
 * over n units; H_k is the part of H from pairs of unit k, as in the jackknife that leaves out one unit (CR3). The second sum removes the
 * noise of a pair itself, which the first counts in both of its units. If fewer than 10 units are in a pair on the wrong side of the curve, the
 * residuals are too small a sample. V is then H^-1 times the pairs per two units: the precision of as many pairs as have no unit in common.
 */
export function curveFit(
  distances: ArrayLike<number>,
  labels: ArrayLike<number>,
  { over, count, a: unitsA, b: unitsB }: PairUnits,
  { centre, level, slope }: PlattCurve,
): Omit<CurveFit, 'reliability'> {
  const targets = plattTargets(labels);
  const scores: Vector[] = []; // s_i
  const units = Array.from({ length: count }, (): UnitSums => ({ score: [0, 0], curvature: [0, 0, 0] }));
  const hard = new Set<number>();
  let hessian: Symmetric = [0, 0, 0];
  let [nearest, farthest, different] = [Infinity, -Infinity, 0];
  for (let i = 0; i < distances.length; i++) {
    const x = distances[i] - centre;
    const p = logistic(level - slope * x);
    const score: Vector = [targets[i] - p, (targets[i] - p) * x];
    const curvature: Symmetric = [p * (1 - p), p * (1 - p) * x, p * (1 - p) * x * x];
    hessian = add(hessian, curvature);
    scores.push(score);
    for (const unit of unitsA[i] === unitsB[i] ? [unitsA[i]] : [unitsA[i], unitsB[i]]) {
      const sums = units[unit];
      units[unit] = { score: [sums.score[0] + score[0], sums.score[1] + score[1]], curvature: add(sums.curvature, curvature) };
      if (p > 0.5 === (labels[i] === 1)) hard.add(unit);
    }
    [nearest, farthest] = [Math.min(nearest, distances[i]), Math.max(farthest, distances[i])];
    different += labels[i];
  }
  const inverse = inverseOf(hessian);
  const overUnits = (): Symmetric => {
    const without = units.map((sums) => times(inverseOf(add(hessian, scaled(sums.curvature, -1))), sums.score));
    const twice = scores.map((score) => times(inverse, score));
    const both = add(scaled(outerSum(without), (count - 1) / count), scaled(outerSum(twice), -1));
    return both[0] > 0 && both[2] > 0 && both[0] * both[2] > both[1] ** 2 ? both : outerSum(without);
  };
  const [aa, ab, bb] = hard.size < MIN_HARD_UNITS ? scaled(inverse, Math.max(1, (2 * distances.length) / count)) : overUnits();
  // The parameters of the loss are the level and -slope.
  const covariance: CurveFit['covariance'] = [aa, -ab, bb];
  return { same: distances.length - different, different, over, units: count, range: [nearest, farthest], centre, covariance };
}

type Vector = [number, number];
/** [[p, q], [q, r]] */
type Symmetric = readonly [p: number, q: number, r: number];
interface UnitSums {
  score: Vector; // u_k
  curvature: Symmetric; // H_k
}

const add = (a: Symmetric, b: Symmetric): Symmetric => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
const scaled = ([p, q, r]: Symmetric, by: number): Symmetric => [p * by, q * by, r * by];
const times = ([p, q, r]: Symmetric, [u, v]: Vector): Vector => [p * u + q * v, q * u + r * v];
const outerSum = (vectors: readonly Vector[]): Symmetric => vectors.reduce<Symmetric>((sum, [u, v]) => add(sum, [u * u, u * v, v * v]), [0, 0, 0]);

/** The inverse; equal distances leave the slope undetermined, whose variance is then 0. */
function inverseOf([p, q, r]: Symmetric): Symmetric {
  const determinant = p * r - q * q;
  return determinant > 1e-12 * p * r ? [r / determinant, -q / determinant, p / determinant] : [1 / p, 0, 0];
}
