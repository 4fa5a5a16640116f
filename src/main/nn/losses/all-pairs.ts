import { DISTANCE_EPSILON } from '../functional/pair-distance.ts';
import type { ProgramBuilder } from '../ir/build/builder.ts';
import type { Operations } from '../ir/operations.ts';
import type { Value } from '../ir/value.ts';

/** What losses over all pairs of a batch's images share. N images, d numbers of an embedding. */

/** Distances of all pairs, [N, N], each from the differences: D = sqrt(sum (a - b)² + eps²), as pairDistance. embedding [N, d]. */
export function distanceMatrix(b: Operations, embedding: Value): Value {
  const [n, d] = embedding.shape as [number, number];
  const differences = b.sub(b.reshape(embedding, [n, 1, d]), b.reshape(embedding, [1, n, d]));
  return b.sqrt(b.add(b.sum(b.square(differences), [2]), b.scalar(DISTANCE_EPSILON ** 2)));
}

/** Cosines of all pairs, [N, N], of embeddings of length 1. */
export const cosineMatrix = (b: Operations, embedding: Value): Value => b.matmul(embedding, embedding, { transposeB: true });

/** 1 where two images have one class, else 0: `same` without an image and itself, `different`. labels [N] -> each [N, N]. */
export function pairMasks(b: Operations, labels: Value): { same: Value; different: Value } {
  const n = labels.shape[0]!;
  const different = b.isPositive(b.square(b.sub(b.reshape(labels, [n, 1]), b.reshape(labels, [1, n]))));
  return { same: b.sub(b.sub(b.scalar(1), different), identity(b, n)), different };
}

const identity = (b: Operations, n: number): Value =>
  b.constant(
    Float32Array.from({ length: n * n }, (_, i) => Number(Math.floor(i / n) === i % n)),
    [n, n],
  );

/** The distances that a step reports, [N (N - 1) / 2]: of the pairs i < j, row by row. embedding [N, d]. */
export function reportedDistances(b: ProgramBuilder, embedding: Value): Value {
  const n = embedding.shape[0]!;
  const upper = Array.from({ length: n }, (_, i) => Array.from({ length: n - i - 1 }, (__, k) => i * n + i + k + 1)).flat();
  return b.gather(b.reshape(distanceMatrix(b, embedding), [n * n]), upper, 0);
}

/** Labels of the pairs i < j, row by row: 0 same class, 1 different. labels [N]. */
export const labelsOfPairs = (labels: readonly number[]): (0 | 1)[] =>
  labels.flatMap((label, i) => labels.slice(i + 1).map((other) => (label === other ? 0 : 1)));

/** Mean of the values above 0; 0 if there are none (AvgNonZeroReducer of pytorch-metric-learning). */
export function meanOfPositive(b: Operations, values: Value): Value {
  const axes = values.shape.map((_, axis) => axis);
  const count = b.sum(b.isPositive(values), axes);
  return b.div(b.sum(b.maximum(values, b.scalar(0)), axes), b.maximum(count, b.scalar(1)));
}

/** The values of one label, as doubles. */
export function distancesOf(label: 0 | 1, distances: ArrayLike<number>, labels: ArrayLike<number>): number[] {
  const found: number[] = [];
  for (let i = 0; i < distances.length; i++) if (labels[i] === label) found.push(distances[i]!);
  return found;
}

/** The cosine of two embeddings of length 1 at a distance D: 1 - D²/2. */
export const cosineAt = (distance: number): number => 1 - distance ** 2 / 2;
