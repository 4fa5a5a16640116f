/**
 * Share of neighbours on the map that are neighbours by the rows too (Venna and Kaski 2001; sklearn.manifold.trustworthiness): 1 - 2 / (n k (2n -
 * 3k - 1)) times the sum, over the k nearest points of each point, of how far their rank by the rows is above k. 0..1, 1 is best. `distance` is of
 * two rows, of any measure; needs 2k < n. Takes n^2 distances: sample large sets.
 */
export function trustworthiness(n: number, distance: (i: number, j: number) => number, xy: ArrayLike<number>, k: number): number {
  let penalty = 0;
  const byRows = new Float64Array(n);
  const onMap = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      byRows[j] = j === i ? Infinity : distance(i, j);
      onMap[j] = j === i ? Infinity : (xy[2 * i]! - xy[2 * j]!) ** 2 + (xy[2 * i + 1]! - xy[2 * j + 1]!) ** 2;
    }
    for (const j of nearest(onMap, k)) {
      let rank = 1; // of j by the rows
      for (let other = 0; other < n; other++) if (byRows[other]! < byRows[j]! || (byRows[other] === byRows[j] && other < j)) rank++;
      penalty += Math.max(0, rank - k);
    }
  }
  return 1 - (2 / (n * k * (2 * n - 3 * k - 1))) * penalty;
}

/** Positions of the k smallest values, ties by position. */
function nearest(values: Float64Array, k: number): number[] {
  const found: number[] = [];
  for (let j = 0; j < values.length; j++) {
    if (found.length === k && values[j]! >= values[found[k - 1]!]!) continue;
    let at = found.length;
    while (at > 0 && values[found[at - 1]!]! > values[j]!) at--;
    found.splice(at, 0, j);
    if (found.length > k) found.pop();
  }
  return found;
}
