import type { Interval, Intervals, IntervalUnit } from '../../../shared/run.ts';
import { logistic, studentT975 } from '../../../shared/statistics.ts';
import { aucInfluence, eerInfluence, type Influenced, rateInfluences } from './influence.ts';
import { tieGroups } from './roc.ts';
import type { PairUnits } from './units.ts';

/**
 * Standard error of an estimate whose pairs are dependent if they share a unit (dyadic clustering: Aronow, Samii & Assenova 2015):
 *
 *   variance = Σ_k u_k² - Σ_{k<l} w_kl²
 *
 * w_kl: summed influence of the pairs between units k and l; u_k: summed influence of the pairs of unit k, that of each label divided by
 * 1 - k's share of the label's pairs, as each unit pulls the mean towards itself (the leave-one-out form, HC3: MacKinnon & White 1985).
 * At least that of independent pairs. Infinity if one unit has all pairs of a label.
 * `influence`, `labels` [N].
 */
export function standardErrorOver(influence: Float64Array, labels: ArrayLike<number>, { count, a, b }: PairUnits): number {
  const pairs = [new Uint32Array(count), new Uint32Array(count)]; // [label][unit]
  const sums = [new Float64Array(count), new Float64Array(count)];
  const totals = [0, 0];
  const between = new Map<number, number>();
  let independent = 0;
  for (let i = 0; i < influence.length; i++) {
    const [label, w, k, l] = [labels[i], influence[i], a[i], b[i]];
    totals[label]++;
    pairs[label][k]++;
    sums[label][k] += w;
    independent += w * w;
    if (k === l) continue;
    pairs[label][l]++;
    sums[label][l] += w;
    const key = Math.min(k, l) * count + Math.max(k, l);
    between.set(key, (between.get(key) ?? 0) + w);
  }
  let variance = 0;
  for (let k = 0; k < count; k++) {
    let sum = 0;
    for (const label of [0, 1]) if (pairs[label][k] > 0) sum += sums[label][k] / (1 - pairs[label][k] / totals[label]);
    variance += sum * sum;
  }
  if (!Number.isFinite(variance)) return Infinity; // 0 / 0 or x / 0
  for (const w of between.values()) variance -= w * w;
  return Math.sqrt(Math.max(variance, independent));
}

/**
 * 95 % interval of a share (AUC, accuracy, error rate) with the standard error `se`, on the logit scale, with Student's t for `units - 1`
 * degrees of freedom.
 *
 * If the share is 0 or 1, the standard error is 0 for any number of pairs. The bound is then that of `trials` independent trials without
 * a failure (Clopper & Pearson 1934).
 */
export function shareInterval(value: number, se: number, units: number, trials: number): Interval {
  if (Number.isNaN(value)) return [NaN, NaN];
  const extreme = 0.025 ** (1 / Math.max(1, Math.floor(trials)));
  if (value >= 1) return [extreme, 1];
  if (value <= 0) return [0, 1 - extreme];
  if (!Number.isFinite(se) || units < 2) return [0, 1];
  const logit = Math.log(value / (1 - value));
  const half = (studentT975(units - 1) * se) / (value * (1 - value));
  return [logistic(logit - half), logistic(logit + half)];
}

/** 95 % interval of a difference of two shares, -1..1, with Student's t; from -1 to 1 if it is unknown. */
export function differenceInterval(value: number, se: number, units: number): Interval {
  if (units < 2 || !Number.isFinite(se)) return [-1, 1];
  const half = studentT975(units - 1) * se;
  return [Math.max(-1, value - half), Math.min(1, value + half)];
}

/** Whether two intervals have no value in common. */
export const areDisjoint = (a: Interval, b: Interval): boolean => a[1] < b[0] || b[1] < a[0];

/**
 * 95 % intervals of the figures of a split: how far they may be from those of new images of the same kind, judged by the same network at
 * the same threshold. `distances`, `labels` [N], with pairs of both labels.
 *
 * In a simulation with 20 pairs an image they cover 94 to 96 % for 60 images (test/domain/evaluate/coverage.test.ts), and 92 to 96 % for 30.
 * An AUC above .99 is known less well than its interval says, because few images decide it: 77 % for a true AUC of .997 and 60 images.
 */
export function intervalsOf(distances: ArrayLike<number>, labels: ArrayLike<number>, threshold: number, units: PairUnits): Intervals {
  const groups = tieGroups(distances, labels);
  const { over, count } = units;
  const interval = ({ value, influence }: Influenced, trials: number): Interval =>
    shareInterval(value, standardErrorOver(influence, labels, units), count, trials);
  // Disjoint pairs: n / 2. Comparisons of a same with a different pair without a common image, and pairs of one label: n / 4.
  return {
    over,
    units: count,
    auc: interval(aucInfluence(groups, labels), count / 4),
    ...rateIntervals(distances, labels, threshold, units),
    eer: interval(eerInfluence(groups, distances, labels), count / 4),
  };
}

/** 95 % intervals of the accuracy and of both error rates at a fixed threshold. */
export function rateIntervals(
  distances: ArrayLike<number>,
  labels: ArrayLike<number>,
  threshold: number,
  units: PairUnits,
): Pick<Intervals, 'accuracy' | 'falseDifferent' | 'falseSame'> {
  const { accuracy, falseDifferent, falseSame } = rateInfluences(distances, labels, threshold);
  const interval = ({ value, influence }: Influenced, trials: number): Interval =>
    shareInterval(value, standardErrorOver(influence, labels, units), units.count, trials);
  const ofDifferent = interval(falseDifferent, units.count / 4);
  const ofSame = interval(falseSame, units.count / 4);
  const isConstant = [falseDifferent.value, falseSame.value].every((rate) => rate === 0 || rate === 1);
  const mixed = isConstant && falseDifferent.value !== falseSame.value;
  return {
    accuracy: mixed ? mixedAccuracy(labels, ofDifferent, ofSame) : interval(accuracy, units.count / 2),
    falseDifferent: ofDifferent,
    falseSame: ofSame,
  };
}

/**
 * If all pairs have the same verdict, no verdict deviates from the mean of its label, so the accuracy's standard error is 0 for any number of
 * pairs. Its interval then is from the accuracy with both error rates at their upper bounds to that with both at their lower bounds: too
 * wide rather than too narrow.
 */
function mixedAccuracy(labels: ArrayLike<number>, falseDifferent: Interval, falseSame: Interval): Interval {
  let different = 0;
  for (let i = 0; i < labels.length; i++) if (labels[i] === 1) different++;
  const share = different / labels.length;
  const at = (bound: 0 | 1): number => 1 - (1 - share) * falseDifferent[bound] - share * falseSame[bound];
  return [at(1), at(0)];
}

export interface AucOverUnits {
  auc: number; // 0..1
  low: number; // 95 % interval
  high: number;
  over: IntervalUnit;
  images: number; // units: images or groups
  pairs: number;
}

/** The AUC with its interval, as intervalsOf has it. NaN without pairs of both labels. */
export function aucOverUnits(distances: ArrayLike<number>, labels: ArrayLike<number>, units: PairUnits): AucOverUnits {
  const { value, influence } = aucInfluence(tieGroups(distances, labels), labels);
  const [low, high] = shareInterval(value, standardErrorOver(influence, labels, units), units.count, units.count / 4);
  return { auc: value, low, high, over: units.over, images: units.count, pairs: labels.length };
}
