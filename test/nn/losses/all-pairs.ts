import { relu } from '../../../src/main/nn/functional/activations.ts';
import { pairDistance } from '../../../src/main/nn/functional/pair-distance.ts';
import { contrastive } from '../../../src/main/nn/losses/contrastive.ts';
import type { Loss } from '../../../src/main/nn/losses/loss.ts';

/** The contrastive loss over all pairs of a batch's images. */
export const allPairs: Loss = {
  samples: 'labelled',
  build(b, embedding, labels, { margin }) {
    const classes = b.concat([labels, labels], 0); // of every image: all first ones, then all second ones
    const pairs = pairsOf(embedding.shape[0]!);
    const each = (x: typeof embedding, k: 0 | 1): typeof embedding =>
      b.gather(
        x,
        pairs.map((pair) => pair[k]),
        0,
      );
    const distances = pairDistance(b, b.concat([each(embedding, 0), each(embedding, 1)], 0)); // [M]
    const different = b.isPositive(b.square(b.sub(each(classes, 0), each(classes, 1))));
    const missing = relu(b, b.sub(b.scalar(margin), distances));
    const losses = b.add(b.mul(b.sub(b.scalar(1), different), b.square(distances)), b.mul(different, b.square(missing)));
    return { loss: b.mean(losses, [0]), distances };
  },
  distanceLabels(labels) {
    const classes = [...labels, ...labels];
    return pairsOf(classes.length).map(([i, j]) => (classes[i] === classes[j] ? 0 : 1));
  },
  ofPairs: contrastive.ofPairs,
};

/** i < j < images. */
function pairsOf(images: number): (readonly [number, number])[] {
  return Array.from({ length: images }, (_, i) => Array.from({ length: images - i - 1 }, (_, k) => [i, i + k + 1] as const)).flat();
}
