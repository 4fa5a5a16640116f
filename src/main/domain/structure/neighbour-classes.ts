import type { NeighbourConfusion } from '../../../shared/structure.ts';
import type { RankedQuery } from '../retrieval/ranking.ts';

/** A query with its class, and the class of each item. */
export interface ClassedQuery {
  from: number; // class of the query
  ranked: RankedQuery;
}

/** How often the nearest image is of another class, most first, and Recall@1 of each class; null without queries. `classOf` [items]. */
export function neighbourClasses(
  queries: readonly ClassedQuery[],
  classOf: ArrayLike<number>,
  classes: number,
): { confusions: NeighbourConfusion[]; recall1: (number | null)[] } {
  const counts = new Map<number, number>();
  const right = new Array<number>(classes).fill(0);
  const total = new Array<number>(classes).fill(0);
  for (const { from, ranked } of queries) {
    total[from]!++;
    if (ranked.firstRank === 1) {
      right[from]!++;
      continue;
    }
    const to = classOf[ranked.nearest]!;
    if (to !== from) counts.set(from * classes + to, (counts.get(from * classes + to) ?? 0) + 1);
  }
  const confusions = [...counts].map(([key, count]) => ({ from: Math.floor(key / classes), to: key % classes, queries: count }));
  return {
    confusions: confusions.sort((x, y) => y.queries - x.queries || x.from - y.from || x.to - y.to),
    recall1: total.map((count, c) => (count > 0 ? right[c]! / count : null)),
  };
}
