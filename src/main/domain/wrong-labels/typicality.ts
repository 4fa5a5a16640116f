import type { EmbeddingMeasure } from '../../../shared/embedding-source.ts';

/** Nearest images that an outlier's distance is the mean over. */
export const OUTLIER_NEIGHBOURS = 10;

/**
 * How far each image is from its class, [n]: of unit rows the mean cosine distance to the other images of the class; of other rows the root
 * mean squared distance. NaN for a class of one image. `rowOf(i)` [d], `classOf` [n]. Both are closed forms of the class's sums, so the cost is
 * n d, not n² d.
 */
export function distancesToClass(
  rowOf: (i: number) => Float32Array,
  classOf: Int32Array,
  { k, d, measure }: { k: number; d: number; measure: EmbeddingMeasure },
): Float32Array {
  const sums = new Float64Array(k * d);
  const squares = new Float64Array(k);
  const counts = new Float64Array(k);
  const lengths = new Float64Array(classOf.length); // squared
  classOf.forEach((j, i) => {
    const row = rowOf(i);
    for (let c = 0; c < d; c++) {
      sums[j * d + c]! += row[c]!;
      lengths[i]! += row[c]! * row[c]!;
    }
    squares[j]! += lengths[i]!;
    counts[j]!++;
  });
  return Float32Array.from(classOf, (j, i) => {
    const row = rowOf(i);
    const others = counts[j]! - 1;
    if (others === 0) return Number.NaN;
    let dot = -lengths[i]!; // with the sum of the other rows
    for (let c = 0; c < d; c++) dot += row[c]! * sums[j * d + c]!;
    if (measure === 'cosine') return 1 - dot / others;
    return Math.sqrt(Math.max(0, lengths[i]! + (squares[j]! - lengths[i]! - 2 * dot) / others));
  });
}

/**
 * How far each row is from its surroundings, [n]: the mean distance to its nearest OUTLIER_NEIGHBOURS included rows, divided by the median over
 * the included rows. 1 is usual. NaN where `included` is 0, or no neighbour is included. `positions`, `distances` [n, k], nearest first.
 */
export function outlierScores(
  { positions, distances, k }: { positions: Int32Array; distances: Float32Array; k: number },
  included: Uint8Array,
): { scores: Float32Array; median: number } {
  const means = Float32Array.from(included, (used, i) => {
    let [sum, count] = [0, 0];
    for (let at = i * k; used && at < (i + 1) * k && count < OUTLIER_NEIGHBOURS; at++) {
      if (!included[positions[at]!]) continue;
      sum += distances[at]!;
      count++;
    }
    return count === 0 ? Number.NaN : sum / count;
  });
  const sorted = means.filter((mean) => !Number.isNaN(mean)).sort();
  const median = sorted.length === 0 ? 0 : (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
  return { scores: means.map((mean) => (median > 0 ? mean / median : mean === 0 ? 1 : mean)), median };
}
