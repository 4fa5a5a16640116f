import type { Split } from '../../../shared/dataset.ts';
import type { Metrics } from '../../../shared/run.ts';
import { assertEvaluable } from './check.ts';
import { intervalsOf } from './intervals.ts';
import { aucOfCounts, equalErrorRate, rocCurve, tieGroups } from './roc.ts';
import { verdictOf } from './threshold.ts';
import type { PairUnits } from './units.ts';

/**
 * All metrics of a split, computed over all distances (not averaged over batches). `distances`, `labels` [N],
 * 0 same, 1 different (positive); `threshold` from validation pairs; `units` of the pairs.
 * @throws as assertEvaluable does.
 */
export function metricsOf(distances: ArrayLike<number>, labels: ArrayLike<number>, threshold: number, split: Split, units: PairUnits): Metrics {
  const metrics = metricsWithoutIntervals(distances, labels, threshold, split);
  return { ...metrics, intervals: intervalsOf(distances, labels, threshold, units) };
}

/** As metricsOf, for pairs whose images are unknown. Throws as assertEvaluable does. */
export function metricsWithoutIntervals(distances: ArrayLike<number>, labels: ArrayLike<number>, threshold: number, split: Split): Metrics {
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

/** The quantile q (0..1) of ascending values, with linear interpolation between neighbours. */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  const position = q * (sorted.length - 1);
  const low = Math.floor(position);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low] + (position - low) * (sorted[high] - sorted[low]);
}
