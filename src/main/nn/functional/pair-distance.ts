import type { Operations } from '../ir/operations.ts';
import { expectRank } from '../ir/shapes.ts';
import type { Value } from '../ir/value.ts';

/** Keeps the root differentiable at 0. It is squared under the root, so the distance is the same both ways round. */
export const DISTANCE_EPSILON = 1e-6;

/**
 * Euclidean distance of the pairs in a batch: embeddings [2P, d], first images before second ones ->
 * D [P] = sqrt(sum (a - b)^2 + eps^2), eps = 1e-6. PyTorch's pairwise_distance adds eps to every component instead,
 * which makes D(a, b) differ from D(b, a) and gives two identical images a gradient in an arbitrary direction.
 */
export function pairDistance(b: Operations, embeddings: Value): Value {
  expectRank(embeddings.shape, 2, 'Embeddings');
  const [images] = embeddings.shape as [number, number];
  if (images % 2) throw new Error(`Pairs need an even number of embeddings, not [${embeddings.shape}].`);
  const first = b.slice(embeddings, [0], [0], [images / 2]);
  const second = b.slice(embeddings, [0], [images / 2], [images]);
  const squared = b.sum(b.square(b.sub(first, second)), [1]); // [P]
  return b.sqrt(b.add(squared, b.scalar(DISTANCE_EPSILON ** 2)));
}
