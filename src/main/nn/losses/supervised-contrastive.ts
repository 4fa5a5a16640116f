import { cosineAt, cosineMatrix, distancesOf, labelsOfPairs, meanOfPositive, pairMasks, reportedDistances } from './all-pairs.ts';
import type { Loss } from './loss.ts';

const TEMPERATURE = 0.1;

/**
 * Supervised contrastive loss (Khosla et al. 2020, equation 2, "out") on cosines S of embeddings of length 1: mean over the images i of a
 * batch of
 *     - mean over the images p of i's class of log(exp(S_ip / τ) / sum over k ≠ i of exp(S_ik / τ)),   τ = 0.1.
 * An image without another of its class is left out. As SupConLoss of pytorch-metric-learning.
 */
export const supervisedContrastive: Loss = {
  samples: 'labelled',
  build(b, embedding, labels) {
    const { same, different } = pairMasks(b, labels);
    const scores = b.scale(b.sub(cosineMatrix(b, embedding), b.scalar(1)), 1 / TEMPERATURE); // [N, N], 0 at most: exp can't overflow
    const others = b.sum(b.mul(b.add(same, different), b.exp(scores)), [1], true); // [N, 1]
    const logShares = b.sub(scores, b.log(others));
    const partners = b.maximum(b.sum(same, [1]), b.scalar(1)); // [N]
    const losses = b.scale(b.div(b.sum(b.mul(same, logShares), [1]), partners), -1); // [N], 0 without a partner
    return { loss: meanOfPositive(b, losses), distances: reportedDistances(b, embedding) };
  },
  distanceLabels: labelsOfPairs,
  /** With each same pair against all different pairs, whose sum counts as one: mean of log(1 + mean of exp((S_n - S_p) / τ)). */
  ofPairs(distances, labels) {
    const far = distancesOf(1, distances, labels);
    const near = distancesOf(0, distances, labels);
    const others = far.reduce((sum, d) => sum + Math.exp((cosineAt(d) - 1) / TEMPERATURE), 0) / far.length;
    return near.reduce((sum, d) => sum + Math.log1p(others / Math.exp((cosineAt(d) - 1) / TEMPERATURE)), 0) / near.length;
  },
};
