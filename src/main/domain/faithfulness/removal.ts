export type MapEnd = 'top' | 'bottom';

/** A map, enlarged to the image and sorted once for all of its removals. */
export interface RankedMap {
  values: Float32Array; // [pixels]
  sorted: Float32Array; // ascending
}

export const rankMap = (values: Float32Array): RankedMap => ({ values, sorted: values.slice().sort() });

/**
 * The weights 0..1 [pixels] with which pixels are replaced: the `share` of the area where the map is largest (top) or smallest (bottom).
 * Pixels that tie at the boundary share the rest equally, so the order of pixels has no effect: a constant map removes the same at both
 * ends. `within` 'positive', for the top: at most the pixels above 0.
 */
export function removalWeights({ values, sorted }: RankedMap, share: number, end: MapEnd, within: 'map' | 'positive' = 'map'): Float32Array {
  const n = values.length;
  const positive = within === 'positive' ? n - countBelow(sorted, 0, true) : n;
  const count = Math.min(Math.round(share * n), positive);
  const weights = new Float32Array(n);
  if (count === 0) return weights;
  const cut = end === 'top' ? sorted[n - count]! : sorted[count - 1]!;
  const [first, last] = [countBelow(sorted, cut, false), countBelow(sorted, cut, true)]; // ranks of the ties: first to last - 1
  const beyond = end === 'top' ? n - last : first;
  const tied = (count - beyond) / (last - first);
  for (let i = 0; i < n; i++) {
    const value = values[i]!;
    if (value === cut) weights[i] = tied;
    else if (value > cut === (end === 'top')) weights[i] = 1;
  }
  return weights;
}

/** The share 0..1 of the area where the map is above 0. */
export const positiveShare = ({ sorted }: RankedMap): number => 1 - countBelow(sorted, 0, true) / sorted.length;

/** The weights that replace everything but the `share` of the area where the map is largest. */
export const keptWeights = (ranked: RankedMap, share: number): Float32Array => removalWeights(ranked, share, 'top').map((weight) => 1 - weight);

/** The number of ascending values below `limit`, or up to it. */
function countBelow(sorted: Float32Array, limit: number, inclusive: boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < limit || (inclusive && sorted[middle] === limit)) low = middle + 1;
    else high = middle;
  }
  return low;
}
