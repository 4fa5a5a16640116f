import { type DuplicatePairs, type RejectedPair, rejectionTest, SCORE_RANGE } from '../../../shared/duplicates.ts';

/** [m, 2] ids of the pairs that are duplicates at the default score and that nobody rejected. */
export function duplicateLinks({ a, b, score }: DuplicatePairs, rejected: readonly RejectedPair[]): Int32Array {
  const isRejected = rejectionTest(rejected);
  const linked = [...score.keys()].filter((i) => score[i]! >= SCORE_RANGE.default && !isRejected(a[i]!, b[i]!));
  return Int32Array.from(linked.flatMap((i) => [a[i]!, b[i]!]));
}
