import type { Split } from '../../../shared/dataset.ts';
import type { Random } from '../../../shared/random.ts';
import type { Metrics } from '../../../shared/run.ts';
import { assertEvaluable } from './check.ts';
import { aucOfCounts, equalErrorRate, rocCurve, tieGroups, type TieGroups } from './roc.ts';
import { verdictOf } from './threshold.ts';

export const RESAMPLES = 500; // of the bootstrap

/**
 * All metrics of a split, computed over all distances (not averaged over batches). `distances`, `labels` [N],
 * 0 same, 1 different (positive); `threshold` from validation pairs; `random` for the bootstrap.
 * @throws as assertEvaluable does.
 */
export function metricsOf(distances: ArrayLike<number>, labels: ArrayLike<number>, threshold: number, split: Split, random: Random): Metrics {
  const metrics = metricsWithoutInterval(distances, labels, threshold, split);
  const [aucLow, aucHigh] = aucInterval(tieGroups(distances, labels), labels, random);
  return { ...metrics, aucLow, aucHigh };
}

/** As metricsOf, without the interval: its bootstrap takes nearly all of the time. Throws as assertEvaluable does. */
export function metricsWithoutInterval(
  distances: ArrayLike<number>,
  labels: ArrayLike<number>,
  threshold: number,
  split: Split,
): Omit<Metrics, 'aucLow' | 'aucHigh'> {
  assertEvaluable(distances, labels, split);
  const groups = tieGroups(distances, labels);
  const confusion = confusionAt(distances, labels, threshold);
  const [[tn, fp], [fn, tp]] = confusion;
  return {
    split,
    pairs: distances.length,
    same: tn + fp,
    different: fn + tp,
    auc: aucOfCounts(groups.same, groups.different),
    accuracy: (tn + tp) / distances.length,
    threshold,
    confusion,
    eer: equalErrorRate(groups),
    roc: rocCurve(groups),
  };
}

/** [[tn, fp], [fn, tp]], positive = different. */
export function confusionAt(distances: ArrayLike<number>, labels: ArrayLike<number>, threshold: number): Metrics['confusion'] {
  const confusion: Metrics['confusion'] = [
    [0, 0],
    [0, 0],
  ];
  for (let i = 0; i < distances.length; i++) confusion[labels[i] === 1 ? 1 : 0][verdictOf(distances[i], threshold) === 'different' ? 1 : 0]++;
  return confusion;
}

/**
 * 95 % percentile bootstrap interval of the AUC (Efron & Tibshirani 1993, ch. 13). Resamples each label separately, with
 * replacement, so that every resample has both labels. A resample is a count per distinct distance, which needs no sorting.
 * Treats pairs that share an image as independent, so the interval is too narrow, most of all where each image is in many pairs.
 */
export function aucInterval(groups: TieGroups, labels: ArrayLike<number>, random: Random, resamples = RESAMPLES): [low: number, high: number] {
  const sameGroups = groups.groupOf.filter((_, i) => labels[i] !== 1);
  const differentGroups = groups.groupOf.filter((_, i) => labels[i] === 1);
  const same = new Uint32Array(groups.distance.length);
  const different = new Uint32Array(groups.distance.length);
  const areas = new Float64Array(resamples);
  for (let r = 0; r < resamples; r++) {
    drawCounts(sameGroups, same, random);
    drawCounts(differentGroups, different, random);
    areas[r] = aucOfCounts(same, different);
  }
  areas.sort();
  return [quantile(areas, 0.025), quantile(areas, 0.975)];
}

/** Draws groupOf.length pairs with replacement and counts them by group. */
function drawCounts(groupOf: Uint32Array, counts: Uint32Array, random: Random): void {
  counts.fill(0);
  for (let i = 0; i < groupOf.length; i++) counts[groupOf[random.below(groupOf.length)]]++;
}

/** The quantile q (0..1) of ascending values, with linear interpolation between neighbours. */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  const position = q * (sorted.length - 1);
  const low = Math.floor(position);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low] + (position - low) * (sorted[high] - sorted[low]);
}
