import type { Difference, Interval, IntervalUnit } from './run.ts';

/** Two networks, A and B, on the same pairs. */
export interface PairedComparison {
  pairs: number;
  over: IntervalUnit;
  units: number; // images or groups in the pairs
  auc: [a: number, b: number];
  difference: Difference; // AUC of A - AUC of B
  /** The same interval by resampling images or groups; null where too few resamples have pairs of both labels. */
  resampled: Interval | null;
  /** DeLong's test of the difference of the AUCs, which takes the pairs for independent: z, and two-sided p. Null if it has no variance. */
  delong: { z: number; p: number } | null;
  accuracy: Difference; // each at its own threshold
  /** McNemar's exact test on the pairs that only one of both has right. It takes the pairs for independent. */
  mcnemar: { onlyA: number; onlyB: number; p: number };
}

export type Outcome = 'better' | 'worse' | 'unproven';

/** Whether the interval of a difference excludes 0. */
export const outcomeOf = ({ interval: [low, high] }: Difference): Outcome => (low > 0 ? 'better' : high < 0 ? 'worse' : 'unproven');
