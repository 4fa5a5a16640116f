import type { EmbeddingMeasure } from '../../../shared/embedding-source.ts';

/**
 * Distances between rows [n, d], computed in float64: of one row to others. cosine: 1 - cos, 0..2, 1 where a row is all zeros; euclidean: the
 * length of the difference.
 */
export function rowDistances(rows: Float32Array, d: number, measure: EmbeddingMeasure): (from: number, to: Int32Array) => Float64Array {
  if (measure === 'euclidean') return (from, to) => Float64Array.from(to, (other) => lengthOfDifference(rows, d, from, other));
  const lengths = Float64Array.from({ length: rows.length / d }, (_, i) => Math.sqrt(dotOf(rows, d, i, i)));
  return (from, to) =>
    Float64Array.from(to, (other) => {
      const length = lengths[from]! * lengths[other]!;
      return length === 0 ? 1 : Math.min(2, Math.max(0, 1 - dotOf(rows, d, from, other) / length));
    });
}

function dotOf(rows: Float32Array, d: number, a: number, b: number): number {
  let sum = 0;
  for (let i = a * d, j = b * d, end = i + d; i < end; i++, j++) sum += rows[i]! * rows[j]!;
  return sum;
}

function lengthOfDifference(rows: Float32Array, d: number, a: number, b: number): number {
  let sum = 0;
  for (let i = a * d, j = b * d, end = i + d; i < end; i++, j++) {
    const difference = rows[i]! - rows[j]!;
    sum += difference * difference;
  }
  return Math.sqrt(sum);
}
