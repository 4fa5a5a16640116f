/**
 * The ROC curve of a distance. Positive = label 1 = different = large distance. The threshold falls from above the largest
 * distance, (0, 0), to below the smallest, (1, 1).
 */

/** Distinct distances, ascending, with the number of pairs of each label. The ROC curve depends on nothing else. */
export interface TieGroups {
  distance: Float64Array; // [G]
  same: Uint32Array; // [G] pairs of label 0
  different: Uint32Array; // [G] pairs of label 1
  sameTotal: number;
  differentTotal: number;
  groupOf: Uint32Array; // [N] group of each pair
}

/** A point of the ROC in counts. Integers, so that the test for collinear points is exact. */
export type RocCount = readonly [falsePositives: number, truePositives: number];
export type RocPoint = [falsePositiveRate: number, truePositiveRate: number];

/** Groups equal distances, O(N log N). `distances` [N], finite; `labels` [N], 0 same, 1 different. */
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
 * Area under the ROC curve, 0..1: the Mann–Whitney estimate of P(D of a different pair > D of a same pair), where ties count
 * half (Hanley & McNeil, Radiology 1982). Input [G]: pairs per distinct distance, ascending. NaN if a label has no pair.
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

/** Area under the ROC curve, 0..1; NaN if a label has no pair. `distances`, `labels` [N]. */
export function aucOf(distances: ArrayLike<number>, labels: ArrayLike<number>): number {
  const groups = tieGroups(distances, labels);
  return aucOfCounts(groups.same, groups.different);
}

/** All points of the ROC in counts [G + 1], from (0, 0) to (all, all). Equal distances give one diagonal step. */
export function rocCounts(groups: TieGroups): RocCount[] {
  const counts: [number, number][] = [[0, 0]];
  for (let g = groups.distance.length - 1; g >= 0; g--) {
    const [fp, tp] = counts[counts.length - 1];
    counts.push([fp + groups.same[g], tp + groups.different[g]]);
  }
  return counts;
}

/**
 * The equal error rate, 0..1: FPR where the linearly interpolated ROC intersects TPR = 1 - FPR.
 */
export function equalErrorRate(groups: TieGroups): number {
  const points = rates(rocCounts(groups), groups);
  const excess = ([fpr, tpr]: RocPoint): number => fpr + tpr - 1; // increases strictly from -1 to 1
  const next = points.findIndex((point) => excess(point) >= 0);
  const [from, to] = [points[next - 1], points[next]];
  const share = -excess(from) / (excess(to) - excess(from));
  return from[0] + share * (to[0] - from[0]);
}

/** The curve for storage and plots: at most `limit` points, without collinear ones. */
export function rocCurve(groups: TieGroups, limit = 200): RocPoint[] {
  return rates(limitPoints(dropCollinear(rocCounts(groups)), limit), groups);
}

const rates = (counts: readonly RocCount[], groups: TieGroups): RocPoint[] =>
  counts.map(([fp, tp]) => [fp / groups.sameTotal, tp / groups.differentTotal]);

/** Removes each point on the straight line between its neighbours. */
export function dropCollinear(counts: readonly RocCount[]): RocCount[] {
  const corners: RocCount[] = [];
  for (const point of counts) {
    while (corners.length >= 2 && crossProduct(corners[corners.length - 2], corners[corners.length - 1], point) === 0) corners.pop();
    corners.push(point);
  }
  return corners;
}

/** Of b - a and c - b; 0 if the three points are collinear. */
const crossProduct = (a: RocCount, b: RocCount, c: RocCount): number => (b[0] - a[0]) * (c[1] - b[1]) - (b[1] - a[1]) * (c[0] - b[0]);

/** Selects both ends and the first point after each of `limit` evenly spaced values of FPR + TPR. */
function limitPoints(counts: readonly RocCount[], limit: number): RocCount[] {
  if (counts.length <= limit) return [...counts];
  const [fpAll, tpAll] = counts[counts.length - 1];
  const selected: RocCount[] = [];
  for (const count of counts) {
    const progress = (count[0] / fpAll + count[1] / tpAll) / 2; // 0..1
    if (progress >= selected.length / (limit - 1) && selected.length < limit - 1) selected.push(count);
  }
  return [...selected, counts[counts.length - 1]];
}
