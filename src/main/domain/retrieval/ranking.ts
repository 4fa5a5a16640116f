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
 * `distances` [relevance.length], finite but for the query's own. Null if no other item is the same as the query (a lone query).
 * Time: O(n + R log R), without sorting the n items.
 */
export function rankQuery(query: number, distances: Float32Array, relevance: Relevance): RankedQuery | null {
  const same = relevance.sameAs(query);
  const relevant = same.length - (same.includes(query) ? 1 : 0);
  if (relevant === 0) return null;
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
    nearest: nearestOf(query, distances, firstRank > 1 ? new Set(same) : null),
  };
}

/** For each of `sorted`, the number of items but the query at that distance or nearer. */
function countUpTo(sorted: Float32Array, distances: Float32Array, query: number): Uint32Array {
  const n = sorted.length;
  const [least, most] = [sorted[0]!, sorted[n - 1]!];
  const scale = most > least ? (BUCKETS - 1) / (most - least) : 0;
  const start = new Uint32Array(BUCKETS + 1); // bucket -> first position in `sorted` that is in it or in a later one
  for (let j = 0; j < n; j++) start[Math.floor((sorted[j]! - least) * scale) + 1] = j + 1;
  for (let b = 1; b <= BUCKETS; b++) start[b] = Math.max(start[b]!, start[b - 1]!);
  const counts = new Uint32Array(n); // items above the previous distance and up to this one
  for (let i = 0; i < distances.length; i++) {
    const d = distances[i]!;
    if (d > most || i === query) continue;
    let j = d > least ? start[Math.floor((d - least) * scale)]! : 0;
    while (sorted[j]! < d) j++;
    counts[j]!++;
  }
  for (let j = 1; j < n; j++) counts[j]! += counts[j - 1]!;
  return counts;
}

function endOfTies(sorted: Float32Array, from: number): number {
  let end = from + 1;
  while (end < sorted.length && sorted[end] === sorted[from]) end++;
  return end;
}

/** The nearest item, or the nearest that is not in `without`. */
function nearestOf(query: number, distances: Float32Array, without: ReadonlySet<number> | null): number {
  let nearest = -1;
  for (let i = 0; i < distances.length; i++) if (i !== query && (nearest < 0 || distances[i]! < distances[nearest]!) && !without?.has(i)) nearest = i;
  return nearest;
}
