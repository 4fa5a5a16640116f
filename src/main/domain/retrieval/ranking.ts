import type { Relevance } from './relevance.ts';

/** What a query's ranking of the other items gives. R: the number of items that are the same as the query. */
export interface RankedQuery {
  relevant: number; // R, at least 1
  firstRank: number; // of the nearest relevant item, 1-based
  rPrecision: number; // 0..1, share of relevant items among the first R
  mapAtR: number; // 0..1, (1/R) sum over ranks i <= R of P(i) rel(i)
  averagePrecision: number; // 0..1, (1/R) sum over all ranks i of P(i) rel(i)
  nearest: number; // the item of rank 1
}

const BUCKETS = 1024; // of the lookup table; a power of two near the number of relevant items is fastest

/**
 * Ranks all other items by their distance to a query. Definitions and values of pytorch-metric-learning's AccuracyCalculator (Musgrave,
 * Belongie & Lim, "A Metric Learning Reality Check", ECCV 2020): R-precision, MAP@R, and mAP over the whole ranking; P(i) is the share of
 * relevant items among the first i. Precision at 1 is 1 if `firstRank` is 1.
 *
 * Items at equal distances: those that are not relevant come first, so a network that gives all pairs the same distance scores 0.
 * pytorch-metric-learning leaves their order to the sorting algorithm.
 *
 * `distances` [relevance.length], finite but for the query's own. Null if no other item is the same as the query.
 * Time: O(n + R log R), without sorting the n items.
 */
export function rankQuery(query: number, distances: Float32Array, relevance: Relevance): RankedQuery | null {
  const same = relevance.sameAs(query);
  const relevant = same.length - 1; // without itself
  if (relevant < 1) return null;
  const sorted = new Float32Array(relevant); // distances of relevant items, ascending
  let at = 0;
  for (const item of same) if (item !== query) sorted[at++] = distances[item]!;
  sorted.sort();
  const upTo = countUpTo(sorted, distances, query);
  let firstRank = 0;
  let [inFirstR, atR, all] = [0, 0, 0];
  for (let j = 0, tiesEnd = 0; j < relevant; j++) {
    if (tiesEnd <= j) tiesEnd = endOfTies(sorted, j);
    const rank = upTo[j]! - tiesEnd + j + 1; // without the relevant items up to this distance, of which j + 1 come first
    if (j === 0) firstRank = rank;
    all += (j + 1) / rank;
    if (rank > relevant) continue;
    inFirstR++;
    atR += (j + 1) / rank;
  }
  return {
    relevant,
    firstRank,
    rPrecision: inFirstR / relevant,
    mapAtR: atR / relevant,
    averagePrecision: all / relevant,
    nearest: firstRank === 1 ? nearestOf(query, distances, same) : nearestOther(distances, same),
  };
}

/** For each of `sorted`, the number of items but the query at that distance or nearer. */
function countUpTo(sorted: Float32Array, distances: Float32Array, query: number): Uint32Array {
  const n = sorted.length;
  const [least, most] = [sorted[0]!, sorted[n - 1]!];
  const scale = most > least ? (BUCKETS - 1) / (most - least) : 0;
  const start = new Uint32Array(BUCKETS + 1); // bucket -> first position in `sorted` that is in it or in a later one
  for (let j = 0; j < n; j++) start[Math.floor((sorted[j]! - least) * scale) + 1] = j + 1;
  for (let b = 1; b <= BUCKETS; b++) if (start[b]! < start[b - 1]!) start[b] = start[b - 1]!;
  const counts = new Uint32Array(n); // items above the previous distance and up to this one
  const count = (from: number, to: number): void => {
    for (let i = from; i < to; i++) {
      const d = distances[i]!;
      if (!(d <= most)) continue;
      let j = d > least ? start[((d - least) * scale) | 0]! : 0;
      while (sorted[j]! < d) j++;
      counts[j]!++;
    }
  };
  count(0, query);
  count(query + 1, distances.length);
  for (let j = 1; j < n; j++) counts[j]! += counts[j - 1]!;
  return counts;
}

function endOfTies(sorted: Float32Array, from: number): number {
  let end = from + 1;
  while (end < sorted.length && sorted[end] === sorted[from]) end++;
  return end;
}

/** The nearest of `same` but the query. */
function nearestOf(query: number, distances: Float32Array, same: Int32Array): number {
  let nearest = -1;
  for (const item of same) if (item !== query && (nearest < 0 || distances[item]! < distances[nearest]!)) nearest = item;
  return nearest;
}

/** The nearest item that is not in `same`, which is ascending. */
function nearestOther(distances: Float32Array, same: Int32Array): number {
  let nearest = -1;
  let least = Infinity;
  let from = 0;
  for (let k = 0; k <= same.length; k++) {
    const to = k < same.length ? same[k]! : distances.length;
    for (let i = from; i < to; i++) {
      const d = distances[i]!;
      if (d >= least) continue;
      least = d;
      nearest = i;
    }
    from = to + 1;
  }
  return nearest;
}
