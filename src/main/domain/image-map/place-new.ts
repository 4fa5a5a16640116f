import type { NeighbourGraph } from './neighbour-graph.ts';

/**
 * Puts each row that has no position at the weighted mean of its neighbours that have one, in several rounds for rows whose neighbours are new
 * too; a row without any such neighbour goes to the middle. `known` [n]: 1 for rows with a position in `xy` [n, 2], which changes in place.
 */
export function placeNew({ n, from, to, weight }: NeighbourGraph, xy: Float64Array, known: Uint8Array): void {
  const placed = known.slice();
  for (let missing = count(placed, 0); missing > 0;) {
    const sums = new Float64Array(3 * n); // x, y, weight
    const add = (row: number, other: number, w: number): void => {
      if (placed[row] === 1 || placed[other] === 0) return;
      sums[3 * row]! += w * xy[2 * other]!;
      sums[3 * row + 1]! += w * xy[2 * other + 1]!;
      sums[3 * row + 2]! += w;
    };
    from.forEach((i, e) => {
      add(i, to[e]!, weight[e]!);
      add(to[e]!, i, weight[e]!);
    });
    for (let row = 0; row < n; row++) {
      const total = sums[3 * row + 2]!;
      if (total === 0) continue;
      xy[2 * row] = sums[3 * row]! / total;
      xy[2 * row + 1] = sums[3 * row + 1]! / total;
      placed[row] = 1;
    }
    const left = count(placed, 0);
    if (left === missing) return;
    missing = left;
  }
}

const count = (flags: Uint8Array, value: number): number => flags.reduce((sum, flag) => sum + (flag === value ? 1 : 0), 0);
