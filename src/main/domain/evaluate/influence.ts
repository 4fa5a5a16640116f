import { aucOfCounts, equalErrorRate, type TieGroups } from './roc.ts';
import { isWrong } from './threshold.ts';

/**
 * An estimate and the influence of each pair on it: by how much the pair moves the estimate (Hampel 1974). The influences of each label
 * sum to 0, and the sum of squares of independent influences estimates the variance.
 */
export interface Influenced {
  value: number;
  influence: Float64Array; // [N]
}

/**
 * The AUC. Influence of a pair: (share of pairs of the other label on its right side - AUC) / pairs of its label (DeLong et al. 1988).
 * Ties count half. `labels` [N]: 0 same, 1 different.
 */
export function aucInfluence(groups: TieGroups, labels: ArrayLike<number>): Influenced {
  const { groupOf, same, different, sameTotal, differentTotal } = groups;
  const value = aucOfCounts(same, different);
  const below = halfBelow(same);
  const above = halfBelow(different).map((count) => differentTotal - count);
  const influence = Float64Array.from(groupOf, (group, i) =>
    labels[i] === 1 ? (below[group] / sameTotal - value) / differentTotal : (above[group] / differentTotal - value) / sameTotal,
  );
  return { value, influence };
}

/**
 * Accuracy, the share of same pairs called different, and the share of different pairs called same, at a fixed threshold. The numbers of
 * same and different pairs count as given, so a pair's influence is its deviation from the mean of its label.
 */
export function rateInfluences(
  distances: ArrayLike<number>,
  labels: ArrayLike<number>,
  threshold: number,
): Record<'accuracy' | 'falseDifferent' | 'falseSame', Influenced> {
  const count = [0, 0];
  const wrong = [0, 0];
  const errors = Uint8Array.from(distances, (d, i) => isWrong(d, labels[i], threshold));
  for (const [i, error] of errors.entries()) {
    count[labels[i]]++;
    wrong[labels[i]] += error;
  }
  const rate = [wrong[0] / count[0], wrong[1] / count[1]];
  const deviation = Float64Array.from(errors, (error, i) => error - rate[labels[i]]);
  const ofLabel = (label: 0 | 1): Influenced => ({
    value: rate[label],
    influence: deviation.map((x, i) => (labels[i] === label ? x / count[label] : 0)),
  });
  const all = count[0] + count[1];
  return {
    accuracy: { value: (all - wrong[0] - wrong[1]) / all, influence: deviation.map((x) => -x / all) },
    falseDifferent: ofLabel(0),
    falseSame: ofLabel(1),
  };
}

/**
 * The equal error rate e at its own threshold t. From F1(t) = 1 - F0(t) = e by the delta method (van der Vaart 1998, ch. 20):
 *
 *   δe = w δF1(t) - (1 - w) δF0(t),   w = f0(t) / (f0(t) + f1(t))
 *
 * so e varies as a weighted mean of both error rates. The densities f0 and f1 of same and different pairs enter only by their ratio; they
 * are Gaussian kernel estimates with the larger of both bandwidths 1.06 sd n^-1/5 (Silverman 1986, eq. 3.28).
 */
export function eerInfluence(groups: TieGroups, distances: ArrayLike<number>, labels: ArrayLike<number>): Influenced {
  const value = equalErrorRate(groups);
  const at = crossing(groups);
  const { same, different, sameTotal, differentTotal, distance } = groups;
  const width = Math.max(bandwidth(distance, same, sameTotal), bandwidth(distance, different, differentTotal));
  const [f0, f1] = [density(distance, same, sameTotal, at, width), density(distance, different, differentTotal, at, width)];
  const weight = f0 + f1 > 0 ? f0 / (f0 + f1) : 0.5;
  const errors = Uint8Array.from(distances, (d, i) => isWrong(d, labels[i], at));
  const rate = [0, 0];
  for (const [i, error] of errors.entries()) rate[labels[i]] += error / (labels[i] === 1 ? differentTotal : sameTotal);
  const influence = Float64Array.from(errors, (error, i) =>
    labels[i] === 1 ? (weight * (error - rate[1])) / differentTotal : ((1 - weight) * (error - rate[0])) / sameTotal,
  );
  return { value, influence };
}

/** The smallest distance t with a share of different pairs up to t of at least the share of same pairs above t. */
function crossing({ distance, same, different, sameTotal, differentTotal }: TieGroups): number {
  let [sameUpTo, differentUpTo] = [0, 0];
  for (let g = 0; g < distance.length; g++) {
    sameUpTo += same[g];
    differentUpTo += different[g];
    if (differentUpTo / differentTotal >= 1 - sameUpTo / sameTotal) return distance[g];
  }
  return distance[distance.length - 1];
}

function bandwidth(distance: Float64Array, counts: Uint32Array, total: number): number {
  let [sum, squares] = [0, 0];
  for (let g = 0; g < distance.length; g++) sum += counts[g] * distance[g];
  const mean = sum / total;
  for (let g = 0; g < distance.length; g++) squares += counts[g] * (distance[g] - mean) ** 2;
  return 1.06 * Math.sqrt(squares / total) * total ** -0.2;
}

/** Proportional to the density at `at`; 0 without a spread. */
function density(distance: Float64Array, counts: Uint32Array, total: number, at: number, width: number): number {
  if (width === 0) return 0;
  let sum = 0;
  for (let g = 0; g < distance.length; g++) sum += counts[g] * Math.exp(-(((distance[g] - at) / width) ** 2) / 2);
  return sum / total;
}

/** For each distinct distance, the number of pairs with a smaller distance plus half of those with this one: a tie counts half. */
function halfBelow(counts: Uint32Array): Float64Array {
  let before = 0;
  return Float64Array.from(counts, (count) => {
    const middle = before + count / 2;
    before += count;
    return middle;
  });
}
