import type { Pair } from '../../../shared/dataset.ts';

/** As in the network: D = sqrt(sum (a - b)² + eps²), which has a gradient at a = b. */
const EPSILON = 1e-6;

/** Euclidean distance of two embeddings [d]. */
export function pairDistance(a: Float32Array, b: Float32Array): number {
  let sum = EPSILON ** 2;
  for (let k = 0; k < a.length; k++) sum += (a[k]! - b[k]!) ** 2;
  return Math.sqrt(sum);
}

/** Euclidean distances of pairs [pairs]. `embeddings` [rowOf.size, d]; `rowOf`: embedding row by image id, for all ids of the pairs. */
export function pairDistances(pairs: readonly Pair[], embeddings: Float32Array, rowOf: ReadonlyMap<number, number>): Float64Array {
  const dim = embeddings.length / rowOf.size;
  const embeddingOf = (image: number): Float32Array => embeddings.subarray(rowOf.get(image)! * dim, (rowOf.get(image)! + 1) * dim);
  return Float64Array.from(pairs, ({ a, b }) => pairDistance(embeddingOf(a), embeddingOf(b)));
}

/** The distinct image ids of pairs, ascending, and the embedding row of each. */
export function embeddingRows(pairs: readonly Pair[]): { ids: number[]; rowOf: Map<number, number> } {
  const ids = [...new Set(pairs.flatMap(({ a, b }) => [a, b]))].sort((x, y) => x - y);
  return { ids, rowOf: new Map(ids.map((id, row) => [id, row])) };
}
