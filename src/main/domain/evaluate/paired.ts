import type { Random } from '../../../shared/random.ts';
import type { Baseline, Difference, Interval } from '../../../shared/run.ts';
import type { PairedComparison } from '../../../shared/run-difference.ts';
import { upperTail } from '../../../shared/statistics.ts';
import { aucInfluence, type Influenced, rateInfluences } from './influence.ts';
import { aucOverUnits, differenceInterval, standardErrorOver } from './intervals.ts';
import { twoSidedP } from './multiple-tests.ts';
import { quantile } from './metrics.ts';
import { tieGroups, type TieGroups } from './roc.ts';
import { isWrong } from './threshold.ts';
import type { PairUnits } from './units.ts';

/** A network's distances on the pairs, and its threshold. */
export interface Judged {
  distances: ArrayLike<number>; // [N]
  threshold: number;
}

/** Two networks on the same pairs. */
export interface JudgedPairs {
  a: Judged;
  b: Judged;
  labels: Uint8Array; // [N]
  units: PairUnits;
  seed: number; // of the resamples
}

/**
 * The difference of two estimates on the same pairs: the influences are subtracted pair by pair, so what both have in common cancels, and
 * summed over units as in standardErrorOver.
 */
export function differenceOf(a: Influenced, b: Influenced, labels: ArrayLike<number>, units: PairUnits): Difference {
  const { p: _, ...difference } = differenceTest(a, b, labels, units);
  return difference;
}

/** As differenceOf, with the two-sided p of no difference. */
export function differenceTest(a: Influenced, b: Influenced, labels: ArrayLike<number>, units: PairUnits): Difference & { p: number } {
  const value = a.value - b.value;
  const se = standardErrorOver(
    a.influence.map((w, i) => w - b.influence[i]),
    labels,
    units,
  );
  return { value, interval: differenceInterval(value, se, units.count), p: twoSidedP(value, se, units.count) };
}

/** The difference of two AUCs. `labels` [N], with pairs of both labels. */
export function aucDifference(a: ArrayLike<number>, b: ArrayLike<number>, labels: ArrayLike<number>, units: PairUnits): Difference {
  return differenceOf(aucInfluence(tieGroups(a, labels), labels), aucInfluence(tieGroups(b, labels), labels), labels, units);
}

/** The AUC of features on the pairs of a run, and what the run's distances gain over it. `labels` [N], with pairs of both labels. */
export function baselineOf(
  features: ArrayLike<number>,
  distances: ArrayLike<number>,
  labels: ArrayLike<number>,
  units: PairUnits,
): Omit<Baseline, 'drawn'> {
  const { auc, low, high } = aucOverUnits(features, labels, units);
  return { auc, interval: [low, high], gain: aucDifference(distances, features, labels, units) };
}

/** All but the resampled interval. `labels` [N]: 0 same, 1 different. */
export function compareOnPairs(a: Judged, b: Judged, labels: ArrayLike<number>, units: PairUnits): Omit<PairedComparison, 'resampled'> {
  const aucs = [a, b].map(({ distances }) => aucInfluence(tieGroups(distances, labels), labels));
  const [accuracyA, accuracyB] = [a, b].map(({ distances, threshold }) => rateInfluences(distances, labels, threshold).accuracy);
  const wrong = [a, b].map(({ distances, threshold }) => Uint8Array.from(labels, (label, i) => isWrong(distances[i], label, threshold)));
  let [onlyA, onlyB] = [0, 0];
  for (let i = 0; i < labels.length; i++) {
    if (wrong[0][i] < wrong[1][i]) onlyA++;
    if (wrong[1][i] < wrong[0][i]) onlyB++;
  }
  return {
    pairs: labels.length,
    over: units.over,
    units: units.count,
    auc: [aucs[0].value, aucs[1].value],
    difference: differenceOf(aucs[0], aucs[1], labels, units),
    delong: delongTest(aucs[0], aucs[1], labels),
    accuracy: differenceOf(accuracyA, accuracyB, labels, units),
    mcnemar: { onlyA, onlyB, p: mcnemarP(onlyA, onlyB) },
  };
}

/** DeLong's covariances of two AUCs [[aa, ab], [ab, bb]] (DeLong, DeLong & Clarke-Pearson 1988). NaN with one pair of a label. */
export function delongCovariance(a: Influenced, b: Influenced, labels: ArrayLike<number>): [[number, number], [number, number]] {
  const sums = [
    [0, 0, 0],
    [0, 0, 0],
  ]; // by label: aa, ab, bb
  const count = [0, 0];
  for (let i = 0; i < labels.length; i++) {
    const [x, y, sum] = [a.influence[i], b.influence[i], sums[labels[i]]];
    count[labels[i]]++;
    sum[0] += x * x;
    sum[1] += x * y;
    sum[2] += y * y;
  }
  const [aa, ab, bb] = [0, 1, 2].map((k) => (sums[0][k] * count[0]) / (count[0] - 1) + (sums[1][k] * count[1]) / (count[1] - 1));
  return [
    [aa, ab],
    [ab, bb],
  ];
}

function delongTest(a: Influenced, b: Influenced, labels: ArrayLike<number>): PairedComparison['delong'] {
  const [[aa, ab], [, bb]] = delongCovariance(a, b, labels);
  const variance = aa + bb - 2 * ab;
  if (!(variance > 0)) return null;
  const z = (a.value - b.value) / Math.sqrt(variance);
  return { z, p: 2 * upperTail(Math.abs(z)) };
}

/** McNemar's exact two-sided p: twice the binomial tail of the rarer kind of disagreement, at most 1. */
export function mcnemarP(onlyA: number, onlyB: number): number {
  const n = onlyA + onlyB;
  const least = Math.min(onlyA, onlyB);
  let term = -n * Math.LN2; // log of the binomial probability of k
  let tail = 0;
  for (let k = 0; k <= least; k++) {
    tail += Math.exp(term);
    term += Math.log((n - k) / (k + 1));
  }
  return Math.min(1, 2 * tail);
}

/** Resamples of resampledInterval, and those between two calls of its `pause`. */
export const RESAMPLES = 1000;
const BATCH = 25;

/**
 * 95 % percentile interval of the difference of two AUCs over resamples of units with replacement. A pair counts as often as both of its
 * units are drawn, multiplied (the pigeonhole bootstrap, Owen 2007, which is slightly too wide). Null if fewer than half of the resamples
 * have pairs of both labels. `pause`: called between batches; it may throw to stop.
 */
export async function resampledInterval(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  labels: ArrayLike<number>,
  units: PairUnits,
  random: Random,
  pause: (done: number, total: number) => Promise<void>,
): Promise<Interval | null> {
  const groups = [tieGroups(a, labels), tieGroups(b, labels)];
  const drawn = new Uint32Array(units.count);
  const weights = new Float64Array(labels.length);
  const differences: number[] = [];
  for (let done = 0; done < RESAMPLES; done++) {
    if (done % BATCH === 0) await pause(done, RESAMPLES);
    drawn.fill(0);
    for (let k = 0; k < units.count; k++) drawn[random.below(units.count)]++;
    for (let i = 0; i < weights.length; i++) weights[i] = drawn[units.a[i]] * (units.a[i] === units.b[i] ? 1 : drawn[units.b[i]]);
    const difference = weightedAuc(groups[0], labels, weights) - weightedAuc(groups[1], labels, weights);
    if (!Number.isNaN(difference)) differences.push(difference);
  }
  if (differences.length < RESAMPLES / 2) return null;
  const sorted = Float64Array.from(differences).sort();
  return [quantile(sorted, 0.025), quantile(sorted, 0.975)];
}

/** As aucOfCounts, with a weight for each pair [N]. */
function weightedAuc({ groupOf, distance }: TieGroups, labels: ArrayLike<number>, weights: Float64Array): number {
  const same = new Float64Array(distance.length);
  const different = new Float64Array(distance.length);
  for (let i = 0; i < groupOf.length; i++) {
    if (labels[i] === 1) different[groupOf[i]] += weights[i];
    else same[groupOf[i]] += weights[i];
  }
  let [sameBelow, differentTotal, wins] = [0, 0, 0];
  for (let g = 0; g < same.length; g++) {
    wins += different[g] * (sameBelow + same[g] / 2);
    sameBelow += same[g];
    differentTotal += different[g];
  }
  return wins / (sameBelow * differentTotal);
}
