import { cosineAt } from './all-pairs.ts';
import type { Loss } from './loss.ts';

const SMALLEST = 1e-6; // probability

/**
 * The plain linear probe (multinomial logistic regression, nn/probe.ts): nothing is trained by steps. The cosine of two embeddings is about
 * the probability q_A · q_B that two images have one class (nn/head.ts), so the loss of pairs is the mean of
 *     -log S for the same class, -log(1 - S) for different ones, S the cosine between 1e-6 and 1 - 1e-6.
 */
export const probe: Loss = {
  samples: 'none',
  build: () => {
    throw new Error('A probe has no training step.');
  },
  distanceLabels: () => [],
  ofPairs(distances, labels) {
    let sum = 0;
    for (let i = 0; i < distances.length; i++) {
      const cosine = Math.min(1 - SMALLEST, Math.max(SMALLEST, cosineAt(distances[i]!)));
      sum -= Math.log(labels[i] === 0 ? cosine : 1 - cosine);
    }
    return sum / distances.length;
  },
};
