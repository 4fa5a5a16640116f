import { studentTail } from '../../../shared/statistics.ts';

/** Two-sided p of an estimate of 0 with the standard error `se`, by Student's t for `units` - 1 degrees of freedom. 1 where it is unknown. */
export function twoSidedP(value: number, se: number, units: number): number {
  if (value === 0 || units < 2 || !Number.isFinite(se)) return 1;
  return 2 * studentTail(Math.abs(value) / se, units - 1);
}

/** p adjusted for all tests by Holm's step-down method (1979), in the order of `ps`: the largest of (m - rank) p up to its rank, at most 1. */
export function holmAdjusted(ps: readonly number[]): number[] {
  const order = ps.map((_, i) => i).sort((i, j) => ps[i] - ps[j]);
  const adjusted = new Array<number>(ps.length).fill(1);
  let largest = 0;
  for (const [rank, i] of order.entries()) adjusted[i] = largest = Math.min(1, Math.max(largest, (ps.length - rank) * ps[i]));
  return adjusted;
}
