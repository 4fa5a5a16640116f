import { LENGTH_EPSILON } from '../functional/unit-length.ts';
import type { Operations } from '../ir/operations.ts';
import type { Value } from '../ir/value.ts';

/** The start and the end of each step of a path. */
export interface Step {
  start: Value;
  end: Value;
}

/** n = sqrt(|y|² + eps) of the vectors along an axis, which stays with size 1; as toUnitLength. */
export const lengthsOf = (b: Operations, y: Value, axis: number): Value => b.sqrt(b.add(b.sum(b.square(y), [axis], true), b.scalar(LENGTH_EPSILON)));

/**
 * A secant of the scaling to length 1, applied to u: for a step from y0 to y1 with the lengths n0 and n1,
 *
 *   M = (1/n0 + 1/n1)/2 · I - s s^T / (2 n0 n1 (n0 + n1)),   s = y0 + y1,   y1/n1 - y0/n0 = M (y1 - y0) exactly,
 *
 * because y1/n1 - y0/n0 = (y1 - y0) (1/n0 + 1/n1)/2 + s (1/n1 - 1/n0)/2 and n1² - n0² = s · (y1 - y0). M is symmetric.
 */
export function throughUnitLength(b: Operations, u: Value, y: Step, n: Step, axis: number): Value {
  const s = b.add(y.start, y.end);
  const product = b.mul(n.start, n.end);
  const sum = b.add(n.start, n.end);
  const along = b.div(b.sum(b.mul(s, u), [axis], true), b.scale(b.mul(product, sum), 2));
  return b.sub(b.mul(u, b.div(sum, b.scale(product, 2))), b.mul(s, along));
}
