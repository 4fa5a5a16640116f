import type { Pair } from '../../../shared/dataset.ts';

/** As the network's own distance: sqrt(sum (a - b)^2 + eps^2). */
const EPSILON = 1e-6;

/** Distances of pairs whose images' embeddings are rows of `embeddings` [n, dim]; `rowOf` finds an image's row. */
export function pairDistances(pairs: readonly Pair[], embeddings: Float32Array, dim: number, rowOf: ReadonlyMap<number, number>): Float64Array {
  return Float64Array.from(pairs, ({ a, b }) => {
    const [i, j] = [rowOf.get(a)! * dim, rowOf.get(b)! * dim];
    let sum = EPSILON ** 2;
    for (let k = 0; k < dim; k++) sum += (embeddings[i + k]! - embeddings[j + k]!) ** 2;
    return Math.sqrt(sum);
  });
}

/** The images that occur in pairs, each once, and the row each will have. */
export function embeddingRows(pairs: readonly Pair[]): { ids: number[]; rowOf: Map<number, number> } {
  const ids = [...new Set(pairs.flatMap(({ a, b }) => [a, b]))].sort((x, y) => x - y);
  return { ids, rowOf: new Map(ids.map((id, row) => [id, row])) };
}
