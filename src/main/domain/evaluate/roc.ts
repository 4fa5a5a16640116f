/**
 * The ROC curve of a distance. Positive = label 1 = different = large distance. The threshold falls from above the largest
 * distance, (0, 0), to below the smallest, (1, 1).
 */

/** Distinct distances, ascending, with the number of pairs of each label: all the information in the ranks. */
export interface TieGroups {
  distance: Float64Array; // [G]
  same: Uint32Array; // [G] pairs of label 0
  different: Uint32Array; // [G] pairs of label 1
  sameTotal: number;
  differentTotal: number;
  groupOf: Uint32Array; // [N] group of each pair
}

/** A step of the ROC in counts: false and true positives so far. Integers, so that collinearity is exact. */
export type RocCount = readonly [falsePositives: number, truePositives: number];
export type RocPoint = [falsePositiveRate: number, truePositiveRate: number];

/** Sorts once, O(n log n). `distances` and `labels` [N], finite, labels 0 (same) or 1 (different). */
export function tieGroups(distances: ArrayLike<number>, labels: ArrayLike<number>): TieGroups {
  const order = Uint32Array.from({ length: distances.length }, (_, i) => i).sort((i, j) => distances[i] - distances[j]);
  const groupOf = new Uint32Array(order.length);
  const distance = new Float64Array(order.length);
  const same = new Uint32Array(order.length);
  const different = new Uint32Array(order.length);
  let groups = 0;
  for (const i of order) {
    if (groups === 0 || distances[i] !== distance[groups - 1]) distance[groups++] = distances[i];
    groupOf[i] = groups - 1;
    if (labels[i] === 1) different[groups - 1]++;
    else same[groups - 1]++;
  }
  const total = (counts: Uint32Array): number => counts.reduce((sum, n) => sum + n, 0);
  return {
    distance: distance.slice(0, groups),
    same: same.slice(0, groups),
    different: different.slice(0, groups),
    sameTotal: total(same),
    differentTotal: total(different),
    groupOf,
  };
}

/**
 * The Mann–Whitney estimate of P(D of a different pair > D of a same pair), ties count half. Input: counts per distinct
 * distance, ascending. NaN if a label is absent.
 */
export function aucOfCounts(same: ArrayLike<number>, different: ArrayLike<number>): number {
  let sameBelow = 0;
  let differentTotal = 0;
  let wins = 0;
  for (let g = 0; g < same.length; g++) {
    wins += different[g] * (sameBelow + same[g] / 2);
    sameBelow += same[g];
    differentTotal += different[g];
  }
  return wins / (sameBelow * differentTotal);
}

/** Area under the ROC curve over all distances, 0..1. NaN if a label is absent. */
export function aucOf(distances: ArrayLike<number>, labels: ArrayLike<number>): number {
  const groups = tieGroups(distances, labels);
  return aucOfCounts(groups.same, groups.different);
}

/** All corners of the ROC in counts, from (0, 0) to (all, all). Tied distances give one diagonal step. */
export function rocCounts(groups: TieGroups): RocCount[] {
  const counts: [number, number][] = [[0, 0]];
  for (let g = groups.distance.length - 1; g >= 0; g--) {
    const [fp, tp] = counts[counts.length - 1];
    counts.push([fp + groups.same[g], tp + groups.different[g]]);
  }
  return counts;
}

/**
 * The equal error rate, 0..1, where FPR = 1 - TPR: intersection of the linearly interpolated ROC with TPR = 1 - FPR.
 */
export function equalErrorRate(groups: TieGroups): number {
  const points = rates(rocCounts(groups), groups);
  const excess = ([fpr, tpr]: RocPoint): number => fpr + tpr - 1; // rises strictly from -1 to 1
  const next = points.findIndex((point) => excess(point) >= 0);
  const [from, to] = [points[next - 1], points[next]];
  const share = -excess(from) / (excess(to) - excess(from));
  return from[0] + share * (to[0] - from[0]);
}

/** The curve for storage and plots: rates without collinear points, about `limit` points at most. */
export function rocCurve(groups: TieGroups, limit = 200): RocPoint[] {
  return rates(thinCurve(dropCollinear(rocCounts(groups)), limit), groups);
}

const rates = (counts: readonly RocCount[], groups: TieGroups): RocPoint[] =>
  counts.map(([fp, tp]) => [fp / groups.sameTotal, tp / groups.differentTotal]);

export function dropCollinear(counts: readonly RocCount[]): RocCount[] {
  const kept: RocCount[] = [];
  for (const point of counts) {
    while (kept.length >= 2 && turn(kept[kept.length - 2], kept[kept.length - 1], point) === 0) kept.pop();
    kept.push(point);
  }
  return kept;
}

const turn = (a: RocCount, b: RocCount, c: RocCount): number => (b[0] - a[0]) * (c[1] - b[1]) - (b[1] - a[1]) * (c[0] - b[0]);

/** Keeps both ends and the first point after each of `limit` evenly spaced values of FPR + TPR. */
function thinCurve(counts: readonly RocCount[], limit: number): RocCount[] {
  if (counts.length <= limit) return [...counts];
  const [fpAll, tpAll] = counts[counts.length - 1];
  const kept: RocCount[] = [];
  for (const count of counts) {
    const along = (count[0] / fpAll + count[1] / tpAll) / 2;
    if (along >= kept.length / (limit - 1) && kept.length < limit - 1) kept.push(count);
  }
  return [...kept, counts[counts.length - 1]];
}
