import type { Operations } from '../ir/operations.ts';
import { allAxes } from '../ir/shapes.ts';
import type { Value } from '../ir/value.ts';

/** exp(x) / sum exp(x) along `axis` (default: the last). The maximum is subtracted first, so exp can't overflow. */
export function softmax(b: Operations, x: Value, axis = x.shape.length - 1): Value {
  const exponentials = b.exp(b.sub(x, b.max(x, [axis], true)));
  return b.div(exponentials, b.sum(exponentials, [axis], true));
}

/** log softmax(x) along the last axis. */
export function logSoftmax(b: Operations, x: Value): Value {
  const last = [allAxes(x.shape).at(-1)!];
  const shifted = b.sub(x, b.max(x, last, true));
  return b.sub(shifted, b.log(b.sum(b.exp(shifted), last, true)));
}
