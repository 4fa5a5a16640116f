import type { Pair } from '../../../shared/dataset.ts';
import { tieGroups, aucOfCounts } from './roc.ts';

const Z95 = 1.959964;

export interface AucOverImages {
  auc: number; // 0..1
  low: number; // 95 % interval
  high: number;
  images: number;
  pairs: number;
}

/**
 * AUC of the distance with its 95 % interval over images. Pairs that share an image are not independent, so the influence of the pairs on
 * the AUC (Hanley & McNeil 1982; DeLong et al. 1988) is summed by image:
 *
 *   w_i = (share of pairs of the other label on the right side of pair i - AUC) / pairs of its label
 *   u_k = sum of w_i over the pairs i of image k,   variance = n / (n - 1) sum over the n images of u_k²
 *
 * (dyadic clustering, Aronow, Samii & Assenova 2015), on the logit scale. The noise of a pair counts in both of its images, so the interval
 * is slightly too wide. It covered 96 % of the true AUCs of two data sets of photographs; an interval over pairs covered 42 %.
 *
 * If the AUC is 0 or 1, this variance is 0 for any number of pairs. The bound is then that of n / 4 successes in as many trials (Clopper &
 * Pearson 1934), because n / 4 comparisons of a same with a different pair have no image in common. NaN without pairs of both labels.
 * `pairs`, `distances`: [N].
 */
export function aucOverImages(pairs: readonly Pair[], distances: ArrayLike<number>): AucOverImages {
  const labels = pairs.map(({ label }) => label);
  const { groupOf, same, different, sameTotal, differentTotal } = tieGroups(distances, labels);
  const auc = aucOfCounts(same, different);
  const below = halfBelow(same); // same pairs nearer than each distance; ties count half
  const above = halfBelow(different).map((count) => differentTotal - count);
  const ofImage = new Map<number, number>();
  for (const [i, { a, b, label }] of pairs.entries()) {
    const right = label === 1 ? below[groupOf[i]!]! / sameTotal : above[groupOf[i]!]! / differentTotal;
    const influence = (right - auc) / (label === 1 ? differentTotal : sameTotal);
    for (const image of new Set([a, b])) ofImage.set(image, (ofImage.get(image) ?? 0) + influence);
  }
  const images = ofImage.size;
  const variance = (images / (images - 1)) * [...ofImage.values()].reduce((sum, u) => sum + u ** 2, 0);
  return { auc, ...interval(auc, Math.sqrt(variance), images), images, pairs: pairs.length };
}

function interval(auc: number, se: number, images: number): { low: number; high: number } {
  const extreme = 0.025 ** (1 / Math.max(1, Math.floor(images / 4)));
  if (auc === 1) return { low: extreme, high: 1 };
  if (auc === 0) return { low: 0, high: 1 - extreme };
  const logit = Math.log(auc / (1 - auc));
  const half = (Z95 * se) / (auc * (1 - auc));
  const at = (x: number): number => 1 / (1 + Math.exp(-x));
  return { low: at(logit - half), high: at(logit + half) };
}

/**
 * `counts`: the number of pairs in each group of equal distances, by increasing distance. Returns for each group the number of pairs with a
 * smaller distance plus half of the pairs in the group: a tie counts half.
 */
function halfBelow(counts: Uint32Array): Float64Array {
  let before = 0;
  return Float64Array.from(counts, (count) => {
    const middle = before + count / 2;
    before += count;
    return middle;
  });
}
