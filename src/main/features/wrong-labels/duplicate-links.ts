import { type DuplicatePairs, type RejectedPair, SCORE_RANGE } from '../../../shared/duplicates.ts';

/** [m, 2] ids of the pairs that are duplicates at the default score and that nobody rejected. */
export function duplicateLinks({ a, b, score }: DuplicatePairs, rejected: readonly RejectedPair[]): Int32Array {
  const isRejected = new Set(rejected.map(([first, second]) => `${first} ${second}`));
  const linked = [...score.keys()].filter((i) => score[i]! >= SCORE_RANGE.default && !isRejected.has(`${a[i]} ${b[i]}`));
  return Int32Array.from(linked.flatMap((i) => [a[i]!, b[i]!]));
}
