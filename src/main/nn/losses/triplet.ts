import { relu } from '../functional/activations.ts';
import { distanceMatrix, distancesOf, labelsOfPairs, meanOfPositive, pairMasks, reportedDistances } from './all-pairs.ts';
import type { Loss } from './loss.ts';

/**
 * Triplet loss on semi-hard triplets (Schroff, Kalenichenko & Philbin 2015, equations 2 and 4, with D instead of D²): mean over the triplets
 * of a batch with D(a, p) < D(a, n) < D(a, p) + m of
 *     D(a, p) - D(a, n) + m,   a and p of one class, n of another.
 * As TripletMarginLoss with TripletMarginMiner('semihard') of pytorch-metric-learning. 0 if the batch has no such triplet.
 */
export const triplet: Loss = {
  samples: 'labelled',
  build(b, embedding, labels, { margin }) {
    const n = labels.shape[0]!;
    const all = distanceMatrix(b, embedding); // [N, N]
    const { same, different } = pairMasks(b, labels);
    const gap = b.sub(b.reshape(all, [n, 1, n]), b.reshape(all, [n, n, 1])); // [a, p, n] = D(a, n) - D(a, p)
    const triplets = b.mul(b.reshape(same, [n, n, 1]), b.reshape(different, [n, 1, n]));
    const semiHard = b.mul(triplets, b.isPositive(gap));
    const losses = b.mul(semiHard, relu(b, b.sub(b.scalar(margin), gap)));
    return { loss: meanOfPositive(b, losses), distances: reportedDistances(b, embedding) };
  },
  distanceLabels: labelsOfPairs,
  /** Mean over each same pair with each different one of max(0, near - far + m), also where near > far. O(P log P). */
  ofPairs(distances, labels, { margin }) {
    const near = Float64Array.from(distancesOf(0, distances, labels)).sort();
    const far = Float64Array.from(distancesOf(1, distances, labels)).sort();
    let [sum, below, count] = [0, 0, 0];
    for (const d of near) {
      while (count < far.length && far[count]! < d + margin) below += far[count++]!;
      sum += count * (d + margin) - below;
    }
    return sum / (near.length * far.length);
  },
};
