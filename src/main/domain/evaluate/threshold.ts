import type { Verdict } from '../../../shared/comparison.ts';
import { AppError } from '../../../shared/errors.ts';
import { assertEvaluable } from './check.ts';
import { tieGroups, type TieGroups } from './roc.ts';

/** Above the threshold the verdict is 'different'; at it, 'same'. Throws AppError 'bad-request' for numbers that are not finite. */
export function verdictOf(distance: number, threshold: number): Verdict {
  if (Number.isFinite(distance) && Number.isFinite(threshold)) return distance > threshold ? 'different' : 'same';
  throw new AppError(
    'bad-request',
    'The network returns NaN or infinity, so there is no verdict. Train a run with a lower learning rate, or choose another device.',
    { distance, threshold },
  );
}

/** 1: the verdict contradicts the label, 0: it agrees. `label`: 0 same, 1 different; numbers are finite. */
export const isWrong = (distance: number, label: number, threshold: number): 0 | 1 => (distance > threshold === (label === 1) ? 0 : 1);

/**
 * The threshold that maximises balanced accuracy over validation pairs. Candidates are the midpoints between neighbouring
 * distances; ties go to the widest gap, which leaves the most room for new pairs. If all distances are equal, the threshold is
 * that distance and every verdict is 'same'. `distances`, `labels` [N], labels 0 same, 1 different.
 *
 * Balanced accuracy (Brodersen et al., ICPR 2010) equals accuracy if both labels are equally frequent. If they are not, their
 * ratio is a result of sampling, and plain accuracy would favour the frequent label.
 * @throws AppError 'bad-dataset' if a label has no pair; 'bad-request' if a distance is not finite.
 */
export function chooseThreshold(distances: ArrayLike<number>, labels: ArrayLike<number>): number {
  assertEvaluable(distances, labels, 'valid');
  return thresholdOfGroups(tieGroups(distances, labels));
}

function thresholdOfGroups(groups: TieGroups): number {
  const { distance, same, different, sameTotal, differentTotal } = groups;
  let best = { score: -1, width: -1, threshold: distance[0] };
  let sameBelow = 0;
  let differentAbove = differentTotal;
  for (let g = 0; g + 1 < distance.length; g++) {
    sameBelow += same[g];
    differentAbove -= different[g];
    // Balanced accuracy times 2 * sameTotal * differentTotal: integers, so that ties are exact.
    const score = sameBelow * differentTotal + differentAbove * sameTotal;
    const width = distance[g + 1] - distance[g];
    if (score > best.score || (score === best.score && width > best.width))
      best = { score, width, threshold: midpoint(distance[g], distance[g + 1]) };
  }
  return best.threshold;
}

/** The midpoint, or `low` if there is no float between them: the threshold must be below `high`. */
function midpoint(low: number, high: number): number {
  const middle = low + (high - low) / 2;
  return middle < high ? middle : low;
}
