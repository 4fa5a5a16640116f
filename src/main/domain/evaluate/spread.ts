import type { Spread } from '../../../shared/experiment.ts';
import type { Difference } from '../../../shared/run.ts';
import { studentT975 } from '../../../shared/statistics.ts';

/** Means, and what is known of them, of the same figure of several trainings that differ in their seed. */

/** From the differences to the first value, so that the mean of equal values is that value and their variance 0, without rounding. */
const meanOf = ([first = NaN, ...others]: readonly number[]): number => first + others.reduce((sum, x) => sum + (x - first), 0) / (others.length + 1);

/** Variance with n - 1 in the denominator; `values`: at least two. */
function varianceOf(values: readonly number[]): number {
  const mean = meanOf(values);
  return values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (values.length - 1);
}

/**
 * Mean, standard deviation (n - 1), range, and the t interval of the mean: mean ± t(97.5 %, n - 1) sd / sqrt(n). Null for fewer than two
 * values, and if one is not finite. `bounds`: the figure's own range, which the interval does not leave.
 */
export function spreadOf(values: readonly number[], bounds: readonly [low: number, high: number] = [-Infinity, Infinity]): Spread | null {
  if (values.length < 2 || !values.every(Number.isFinite)) return null;
  const [mean, sd] = [meanOf(values), Math.sqrt(varianceOf(values))];
  const half = (studentT975(values.length - 1) * sd) / Math.sqrt(values.length);
  return {
    count: values.length,
    mean,
    sd,
    range: [Math.min(...values), Math.max(...values)],
    interval: [Math.max(bounds[0], mean - half), Math.min(bounds[1], mean + half)],
  };
}

/**
 * Mean of `a` - mean of `b` with Welch's 95 % interval (1947), which assumes neither equal variances nor equal numbers of values. Null for
 * fewer than two values, and if none of both sets varies: then the interval is unknown.
 */
export function welchDifference(a: readonly number[], b: readonly number[]): Difference | null {
  if (a.length < 2 || b.length < 2 || ![...a, ...b].every(Number.isFinite)) return null;
  const [partA, partB] = [varianceOf(a) / a.length, varianceOf(b) / b.length];
  const variance = partA + partB;
  if (variance === 0) return null;
  const df = variance ** 2 / (partA ** 2 / (a.length - 1) + partB ** 2 / (b.length - 1));
  const value = meanOf(a) - meanOf(b);
  const half = studentT975(df) * Math.sqrt(variance);
  return { value, interval: [value - half, value + half] };
}
