import type { NeighbourRecall } from '../../../shared/embeddings.ts';
import type { IntervalUnit } from '../../../shared/run.ts';
import { shareInterval } from '../evaluate/intervals.ts';
import { meanOver } from './summary.ts';

/** Rows with their neighbours and what is known of their images. */
export interface RecallInput {
  k: number;
  positions: Int32Array; // [n, k] nearest first
  classOf: ArrayLike<number>; // [n]
  groupOf: ArrayLike<number>; // [n]; -1: no group
  contentOf: ArrayLike<number>; // [n] equal for copies
  included: Uint8Array; // [n]
  units: ArrayLike<number>; // [n]
  over: IntervalUnit;
}

const DEPTH = 10;

/**
 * Recall@1 and @10 by leaving one out; see NeighbourRecall. Only stored neighbours can be found, so a query whose stored neighbours are all
 * excluded, copies or of its group is left out. Null without queries.
 */
export function neighbourRecall(o: RecallInput): Omit<NeighbourRecall, 'edits'> | null {
  const { k, positions, classOf, groupOf, contentOf, included, units, over } = o;
  const n = classOf.length;
  const canFind = relevantRows(o);
  const hits1: number[] = [];
  const hits10: number[] = [];
  const queryUnits: number[] = [];
  let leftOut = 0;
  for (let i = 0; i < n; i++) {
    if (!included[i]) continue;
    let seen = 0;
    let rank = Infinity; // of the nearest neighbour of the class
    for (let j = 0; canFind[i] && j < k && seen < DEPTH; j++) {
      const other = positions[i * k + j]!;
      if (!included[other] || contentOf[other] === contentOf[i] || (groupOf[i]! >= 0 && groupOf[other] === groupOf[i])) continue;
      seen++;
      if (classOf[other] === classOf[i]) rank = Math.min(rank, seen);
    }
    if (seen === 0) {
      leftOut++;
      continue;
    }
    hits1.push(Number(rank === 1));
    hits10.push(Number(rank <= DEPTH));
    queryUnits.push(units[i]!);
  }
  if (hits1.length === 0) return null;
  const estimate = (hits: readonly number[]) => {
    const { value, se, count } = meanOver(hits, queryUnits);
    return { value, interval: shareInterval(value, se, count, count) };
  };
  return { queries: hits1.length, leftOut, over, units: new Set(queryUnits).size, recall1: estimate(hits1), recall10: estimate(hits10) };
}

/** Whether another included image of a row's class exists that is neither a copy nor of its group, [n]. */
function relevantRows({ classOf, groupOf, contentOf, included }: RecallInput): Uint8Array {
  const identity = (i: number): string => (groupOf[i]! >= 0 ? `g${groupOf[i]}` : `c${contentOf[i]}`);
  const first = new Map<number, number>(); // class -> one of its rows
  const varied = new Set<number>(); // classes of more than one group or content
  for (let i = 0; i < classOf.length; i++) {
    if (!included[i]) continue;
    const one = first.get(classOf[i]!);
    if (one === undefined) first.set(classOf[i]!, i);
    else if (identity(one) !== identity(i) && contentOf[one] !== contentOf[i]) varied.add(classOf[i]!);
  }
  return Uint8Array.from({ length: classOf.length }, (_, i) => Number(varied.has(classOf[i]!)));
}
