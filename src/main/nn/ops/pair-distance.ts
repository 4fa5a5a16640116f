import { expectRank, type Op } from './op.ts';

/** Keeps the root differentiable at 0. It enters squared under the root, so the distance is the same both ways round. */
export const DISTANCE_EPSILON = 1e-6;

/**
 * Euclidean distance of the pairs in a batch: embeddings [2P, d], first all first images, then all second ones ->
 * D [P] = sqrt(sum (a - b)^2 + eps^2), eps = 1e-6. PyTorch's pairwise_distance adds eps to every component instead,
 * which makes D(a, b) differ from D(b, a) and gives two identical images a gradient that points nowhere.
 */
export const pairDistance: Op<null> = {
  shapes([x]) {
    expectRank(x!, 2, 'Embeddings');
    if (x![0]! % 2) throw new Error(`Pairs need an even number of embeddings, not [${x!}].`);
    return [[x![0]! / 2]];
  },
  forward(e, [x]) {
    const pairs = x!.shape[0]! / 2;
    const difference = e.sub(e.slice(x!, [0], [0], [pairs]), e.slice(x!, [0], [pairs], [2 * pairs])); // [P, d]
    const squared = e.sum(e.square(difference), [1], false);
    return { outputs: [e.sqrt(e.add(squared, e.scalar(DISTANCE_EPSILON ** 2)))], saved: { difference } };
  },
  gradient(e, { outputs: [distance], saved, gradient }) {
    const towards = e.reshape(e.div(gradient, distance!), [distance!.shape[0]!, 1]);
    const a = e.mul(saved.difference!, towards); // [P, d]
    return [e.concat([a, e.scale(a, -1)], 0)];
  },
};
