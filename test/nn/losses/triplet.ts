import { relu } from '../../../src/main/nn/functional/activations.ts';
import { pairDistance } from '../../../src/main/nn/functional/pair-distance.ts';
import type { Loss } from '../../../src/main/nn/losses/loss.ts';

/** Triplet loss (Schroff et al. 2015) on the raw distance: mean over triplets of max(0, D(anchor, same) - D(anchor, different) + m). */
export const triplet: Loss = {
  samples: 'triplets',
  build(b, embedding, _labels, { margin }) {
    const triplets = embedding.shape[0]! / 3;
    const [anchor, same, different] = [0, 1, 2].map((k) => b.slice(embedding, [0], [k * triplets], [(k + 1) * triplets])); // [T, d]
    const near = pairDistance(b, b.concat([anchor!, same!], 0)); // [T]
    const far = pairDistance(b, b.concat([anchor!, different!], 0));
    const loss = b.mean(relu(b, b.add(b.sub(near, far), b.scalar(margin))), [0]);
    const distances = b.concat([b.reshape(near, [triplets, 1]), b.reshape(far, [triplets, 1])], 1);
    return { loss, distances: b.reshape(distances, [2 * triplets]) };
  },
  distanceLabels: (labels) => labels.flatMap(() => [0, 1] as const),
  /** Mean over each same pair with each different one. */
  ofPairs(distances, labels, { margin }) {
    const of = (label: number): number[] => Array.from(distances).filter((_, i) => labels[i] === label);
    const [same, different] = [of(0), of(1)];
    const sum = same.reduce((total, near) => total + different.reduce((t, far) => t + Math.max(0, near - far + margin), 0), 0);
    return sum / (same.length * different.length);
  },
};
