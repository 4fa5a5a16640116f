import type { Comparison } from '../../../shared/comparison.ts';
import type { RunRecord } from '../../../shared/run.ts';
import { verdictOf } from './threshold.ts';

/**
 * How well validation pairs support a verdict. `pairs`: number of validation pairs on the same side of the threshold and at
 * least as far from it. `agree`: share of them (0..1) whose label equals the verdict; 0 without pairs.
 * `valid`: distances by label, each sorted ascending.
 */
export function supportOf(distance: number, threshold: number, valid: NonNullable<RunRecord['validDistances']>): Comparison['support'] {
  const verdict = verdictOf(distance, threshold);
  const countAtLeastAsFar = (sorted: readonly number[]): number =>
    verdict === 'different' ? sorted.length - countWhile(sorted, (d) => d < distance) : countWhile(sorted, (d) => d <= distance);
  const same = countAtLeastAsFar(valid.same);
  const different = countAtLeastAsFar(valid.different);
  const pairs = same + different;
  return { pairs, agree: pairs === 0 ? 0 : (verdict === 'different' ? different : same) / pairs };
}

/** Number of leading items for which `predicate` is true, by binary search: it must be true for a prefix only. */
function countWhile(sorted: readonly number[], predicate: (d: number) => boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (predicate(sorted[middle])) low = middle + 1;
    else high = middle;
  }
  return low;
}
