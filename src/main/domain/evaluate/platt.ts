import { logistic } from '../../../shared/statistics.ts';
const MAX_SLOPE = 1e12; // per unit of distance; reached if distances differ by less than about 1e-12
/** |slope| times the spread of the distances is at least this, so that the midpoint is finite. Similarities then differ by at most 1e-6. */
const MIN_EFFECT = 1e-6;
const RIDGE = 1e-12; // added to the diagonal of the Hessian, as in Lin, Lin & Weng
const ROUNDING = 1e-12; // distances that differ by less than this share of their mean are equal
const STEPS = 100;

/** logit P(same | D) = level - slope (D - centre) */
export interface PlattCurve {
  centre: number; // mean distance
  level: number;
  slope: number; // per unit of distance
}

/** Platt's targets of P(same) [N]: (S + 1) / (S + 2) and 1 / (T + 2) instead of 1 and 0, for S same and T different pairs. */
export function plattTargets(labels: ArrayLike<number>): Float64Array {
  let different = 0;
  for (let i = 0; i < labels.length; i++) if (labels[i] === 1) different++;
  const same = labels.length - different;
  return Float64Array.from(labels, (label) => (label === 1 ? 1 / (different + 2) : (same + 1) / (same + 2)));
}

/**
 * Fits slope and midpoint of P(same | D) together by maximum likelihood with Platt's targets (J. Platt, "Probabilistic outputs for support
 * vector machines", 1999), which keep the optimum finite on separable data. Newton's method with backtracking, H.-T. Lin, C.-J. Lin and
 * R. C. Weng, "A note on Platt's probabilistic outputs for support vector machines", 2007, on standardised distances. The slope is negative
 * if same pairs are farther apart. Labels of one kind only give a nearly constant curve.
 * `distances` [N], finite; `labels` [N], 0 same, 1 different; N > 0.
 */
export function fitPlatt(distances: ArrayLike<number>, labels: ArrayLike<number>): PlattCurve {
  const n = distances.length;
  const targets = plattTargets(labels);
  const same = labels.length - Array.from(labels).filter((label) => label === 1).length;
  const { mean: centre, deviation } = moments(distances);
  const x = Float64Array.from(distances, (d) => (deviation > 0 ? (d - centre) / deviation : 0));
  let a = Math.log((same + 1) / (n - same + 1)); // logit = a + b x
  let b = 0;
  let loss = lossAt(x, targets, a, b);
  for (let step = 0; step < STEPS; step++) {
    const { ga, gb, haa, hab, hbb } = derivatives(x, targets, a, b);
    if (Math.max(Math.abs(ga), Math.abs(gb)) < 1e-12 * n) break;
    const [raa, rbb] = [haa + RIDGE, hbb + RIDGE];
    const determinant = raa * rbb - hab * hab;
    const da = -(rbb * ga - hab * gb) / determinant;
    const db = -(raa * gb - hab * ga) / determinant;
    const descent = ga * da + gb * db; // < 0
    let size = 1;
    for (; size > 1e-10; size /= 2) {
      const next = lossAt(x, targets, a + size * da, b + size * db);
      if (next >= loss + 1e-4 * size * descent) continue;
      [a, b, loss] = [a + size * da, b + size * db, next];
      break;
    }
    if (size <= 1e-10) break;
  }
  return { centre, level: a, slope: boundedSlope(-b / (deviation || 1), distances, centre) };
}

/** The slope, not nearer to 0 than MIN_EFFECT allows and finite. */
function boundedSlope(slope: number, distances: ArrayLike<number>, centre: number): number {
  let widest = 0;
  for (let i = 0; i < distances.length; i++) widest = Math.max(widest, Math.abs(distances[i] - centre));
  const least = MIN_EFFECT / (widest > ROUNDING * Math.abs(centre) ? widest : Math.abs(centre) || 1);
  const size = Math.min(Math.max(Math.abs(slope), least), MAX_SLOPE);
  return slope < 0 ? -size : size;
}

function moments(values: ArrayLike<number>): { mean: number; deviation: number } {
  let mean = 0;
  for (let i = 0; i < values.length; i++) mean += values[i] / values.length;
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i] - mean) ** 2 / values.length;
  const deviation = Math.sqrt(squares);
  return { mean, deviation: deviation > ROUNDING * Math.abs(mean) ? deviation : 0 };
}

/** -sum t log p + (1 - t) log(1 - p), p = 1 / (1 + exp(-(a + b x))) */
export function lossAt(x: Float64Array, targets: Float64Array, a: number, b: number): number {
  let loss = 0;
  for (let i = 0; i < x.length; i++) {
    const z = a + b * x[i];
    loss += Math.max(z, 0) - targets[i] * z + Math.log1p(Math.exp(-Math.abs(z)));
  }
  return loss;
}

/** Gradient and Hessian of lossAt with respect to a and b. */
export function derivatives(x: Float64Array, targets: Float64Array, a: number, b: number): Record<'ga' | 'gb' | 'haa' | 'hab' | 'hbb', number> {
  let [ga, gb, haa, hab, hbb] = [0, 0, 0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    const p = logistic(a + b * x[i]);
    const w = p * (1 - p);
    ga += p - targets[i];
    gb += (p - targets[i]) * x[i];
    haa += w;
    hab += w * x[i];
    hbb += w * x[i] * x[i];
  }
  return { ga, gb, haa, hab, hbb };
}
