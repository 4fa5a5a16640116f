import type { Comparison } from '../../../shared/comparison.ts';
import type { RunRecord } from '../../../shared/run.ts';
import { verdictOf } from './threshold.ts';

/**
 * What validation says about verdicts as clear as this one: of the validation pairs that lie at least as far on this
 * side of the threshold, how many there are and the share (0..1) whose label is the verdict; 0 where there are none.
 * `valid` holds both labels' distances, each sorted ascending.
 */
export function supportOf(distance: number, threshold: number, valid: NonNullable<RunRecord['validDistances']>): Comparison['support'] {
  const verdict = verdictOf(distance, threshold);
  const asFar = (sorted: readonly number[]): number =>
    verdict === 'different' ? sorted.length - countWhile(sorted, (d) => d < distance) : countWhile(sorted, (d) => d <= distance);
  const same = asFar(valid.same);
  const different = asFar(valid.different);
  const pairs = same + different;
  return { pairs, agree: pairs === 0 ? 0 : (verdict === 'different' ? different : same) / pairs };
}

/** How many leading items hold, where those that hold come first. */
function countWhile(sorted: readonly number[], holds: (d: number) => boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(sorted[middle])) low = middle + 1;
    else high = middle;
  }
  return low;
}
