import { cosineAt, cosineMatrix, distancesOf, labelsOfPairs, pairMasks, reportedDistances } from './all-pairs.ts';
import type { Loss } from './loss.ts';

const ALPHA = 2; // weight of same pairs
const BETA = 50; // weight of different pairs
const BASE = 0.5; // λ, a cosine
const MINING = 0.1; // ε, a difference of cosines
const OUTSIDE = 4; // beyond any difference of cosines

/**
 * Multi-similarity loss (Wang, Han, Huang, Dong & Scott 2019, equations 11, 12 and 16) on cosines S of embeddings of length 1: mean over
 * the images i of a batch of
 *     1/α log(1 + sum over p of exp(-α (S_ip - λ))) + 1/β log(1 + sum over n of exp(β (S_in - λ))),   α = 2, β = 50, λ = 0.5,
 * over the pairs that mining leaves: same pairs p with S_ip - ε < max_n S_in, different pairs n with S_in + ε > min_p S_ip, ε = 0.1.
 * As MultiSimilarityLoss with MultiSimilarityMiner of pytorch-metric-learning.
 */
export const multiSimilarity: Loss = {
  samples: 'labelled',
  build(b, embedding, labels) {
    const cosines = cosineMatrix(b, embedding); // [N, N]
    const { same, different } = pairMasks(b, labels);
    const moved = (mask: typeof same, by: number) => b.add(b.mul(mask, cosines), b.scale(b.sub(b.scalar(1), mask), by)); // outside the mask: `by`
    const nearest = b.max(moved(different, -OUTSIDE), [1], true); // [N, 1], the most similar image of another class
    const furthest = b.scale(b.max(b.scale(moved(same, OUTSIDE), -1), [1], true), -1); // the least similar one of this class
    const hardSame = b.mul(same, b.isPositive(b.sub(b.add(nearest, b.scalar(MINING)), cosines)));
    const hardDifferent = b.mul(different, b.isPositive(b.sub(b.add(cosines, b.scalar(MINING)), furthest)));
    const term = (mask: typeof same, slope: number) => {
      const sum = b.sum(b.mul(mask, b.exp(b.scale(b.sub(cosines, b.scalar(BASE)), slope))), [1]);
      return b.scale(b.log(b.add(sum, b.scalar(1))), 1 / Math.abs(slope)); // [N]
    };
    const loss = b.mean(b.add(term(hardSame, -ALPHA), term(hardDifferent, BETA)), [0]);
    return { loss, distances: reportedDistances(b, embedding) };
  },
  distanceLabels: labelsOfPairs,
  /** With means over all pairs instead of sums over the mined pairs of each image. */
  ofPairs(distances, labels) {
    const term = (label: 0 | 1, slope: number): number => {
      const all = distancesOf(label, distances, labels);
      const mean = all.reduce((sum, d) => sum + Math.exp(slope * (cosineAt(d) - BASE)), 0) / all.length;
      return Math.log(1 + mean) / Math.abs(slope);
    };
    return term(0, -ALPHA) + term(1, BETA);
  },
};
