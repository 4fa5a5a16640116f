import type { ProgramBuilder } from '../ir/build/builder.ts';
import { expectRank } from '../ir/shapes.ts';
import type { Value } from '../ir/value.ts';
import { withGradient } from './with-gradient.ts';

/** Added as eps² under the root: keeps sqrt differentiable at 0, and D(a, b) = D(b, a). */
export const DISTANCE_EPSILON = 1e-6;

/**
 * Euclidean distance of the pairs in a batch: embeddings [2P, d], all first images before all second images ->
 * D [P] = sqrt(sum (a - b)^2 + eps^2), eps = 1e-6. PyTorch's pairwise_distance adds eps to every component instead,
 * so there D(a, b) differs from D(b, a), and two identical images get a gradient in an arbitrary direction.
 */
export function pairDistance(b: ProgramBuilder, embeddings: Value): Value {
  expectRank(embeddings.shape, 2, 'Embeddings');
  if (embeddings.shape[0]! % 2) throw new Error(`Pairs need an even number of embeddings, not [${embeddings.shape}].`);
  return euclidean(b, [embeddings], null)[0]!;
}

/** The hand-written rule takes 5 instructions, the rules of the primitives 11. A step that trains only the head has few others. */
const euclidean = withGradient(
  (b, [embeddings], _options: null) => {
    const [images] = embeddings!.shape as [number, number];
    const difference = b.sub(b.slice(embeddings!, [0], [0], [images / 2]), b.slice(embeddings!, [0], [images / 2], [images])); // [P, d]
    const root = b.sqrt(b.add(b.sum(b.square(difference), [1]), b.scalar(DISTANCE_EPSILON ** 2))); // [P]
    return { outputs: [root], saved: { difference, root } };
  },
  // dD/da = (a - b) / D = -dD/db
  (b, { saved: { difference, root }, gradient }) => {
    const gradientOfFirst = b.mul(difference, b.reshape(b.div(gradient, root), [root.shape[0]!, 1])); // [P, d]
    return [b.concat([gradientOfFirst, b.scale(gradientOfFirst, -1)], 0)];
  },
);
