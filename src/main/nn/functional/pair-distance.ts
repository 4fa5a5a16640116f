import type { ProgramBuilder } from '../ir/build/builder.ts';
import { expectRank } from '../ir/shapes.ts';
import type { Value } from '../ir/value.ts';
import { withGradient } from './with-gradient.ts';

/** Keeps the root differentiable at 0. It is squared under the root, so the distance is the same both ways round. */
export const DISTANCE_EPSILON = 1e-6;

/**
 * Euclidean distance of the pairs in a batch: embeddings [2P, d], first images before second ones ->
 * D [P] = sqrt(sum (a - b)^2 + eps^2), eps = 1e-6. PyTorch's pairwise_distance adds eps to every component instead,
 * which makes D(a, b) differ from D(b, a) and gives two identical images a gradient in an arbitrary direction.
 */
export function pairDistance(b: ProgramBuilder, embeddings: Value): Value {
  expectRank(embeddings.shape, 2, 'Embeddings');
  if (embeddings.shape[0]! % 2) throw new Error(`Pairs need an even number of embeddings, not [${embeddings.shape}].`);
  return euclidean(b, [embeddings], null)[0]!;
}

/** Its rule takes 5 instructions, those of the primitives 11: a step of the head alone consists of little else. */
const euclidean = withGradient(
  (b, [embeddings], _options: null) => {
    const [images] = embeddings!.shape as [number, number];
    const difference = b.sub(b.slice(embeddings!, [0], [0], [images / 2]), b.slice(embeddings!, [0], [images / 2], [images])); // [P, d]
    const root = b.sqrt(b.add(b.sum(b.square(difference), [1]), b.scalar(DISTANCE_EPSILON ** 2))); // [P]
    return { outputs: [root], saved: { difference, root } };
  },
  // dD/da = (a - b) / D = -dD/db
  (b, { saved: { difference, root }, gradient }) => {
    const a = b.mul(difference, b.reshape(b.div(gradient, root), [root.shape[0]!, 1])); // [P, d]
    return [b.concat([a, b.scale(a, -1)], 0)];
  },
);
