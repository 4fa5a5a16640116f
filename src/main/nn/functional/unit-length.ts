import type { Operations } from '../ir/operations.ts';
import { expectRank } from '../ir/shapes.ts';
import type { Value } from '../ir/value.ts';

/** Added to the squared length: an embedding of zeros stays zero instead of NaN. */
export const LENGTH_EPSILON = 1e-12;

/** Rows of length 1: x [N, d] -> x / sqrt(|x|² + 1e-12) [N, d]. */
export function toUnitLength(b: Operations, x: Value): Value {
  expectRank(x.shape, 2, 'Rows');
  return b.div(x, b.sqrt(b.add(b.sum(b.square(x), [1], true), b.scalar(LENGTH_EPSILON))));
}
