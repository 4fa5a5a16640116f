import type { Operations } from '../ir/operations.ts';
import { allAxes } from '../ir/shapes.ts';
import type { Value } from '../ir/value.ts';

/** log softmax(x) along the last axis. */
export function logSoftmax(b: Operations, x: Value): Value {
  const last = [allAxes(x.shape).at(-1)!];
  const shifted = b.sub(x, b.max(x, last, true));
  return b.sub(shifted, b.log(b.sum(b.exp(shifted), last, true)));
}
