import type { Certainty } from './calibration.ts';
import type { Verdict } from './comparison.ts';
import type { PairLabel, Split } from './dataset.ts';

export const QUEUE_KINDS = ['wrong', 'random', 'borderline', 'confident', 'hardest'] as const;
/**
 * wrong: wrong verdicts, farthest from the threshold first. borderline: nearest first. confident: right verdicts, farthest first. hardest:
 * wrong verdicts, farthest first, then right ones, nearest first.
 */
export type QueueKind = (typeof QUEUE_KINDS)[number];

/** Pairs in a queue on the screen. */
export const QUEUE_LIMIT = 200;

/** Pairs between two classes or two groups only, or within one. */
export interface QueueFilter {
  by: 'class' | 'group';
  names: [string, string];
}

export interface QueuedPair {
  a: number; // ImageRecord.id
  b: number;
  label: PairLabel;
  distance: number;
  similarity: number; // 0..1
  certainty: Pick<Certainty, 'low' | 'high'> | null; // null: a run of an older version
  nearThreshold: boolean; // isNearThreshold
  verdict: Verdict;
  correct: boolean;
}

export interface PairQueue {
  run: string;
  dataset: string;
  split: Split;
  kind: QueueKind;
  total: number; // pairs of this kind; `pairs` holds the first of them
  pairs: QueuedPair[];
}
