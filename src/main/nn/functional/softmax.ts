import type { Operations } from '../ir/operations.ts';
import { allAxes } from '../ir/shapes.ts';
import type { Value } from '../ir/value.ts';

/** exp(x) / sum exp(x) along an axis (the last one, unless said otherwise), with the maximum subtracted first so that exp stays finite. */
export function softmax(b: Operations, x: Value, axis = x.shape.length - 1): Value {
  const e = b.exp(b.sub(x, b.max(x, [axis], true)));
  return b.div(e, b.sum(e, [axis], true));
}

/** log softmax(x) along the last axis. */
export function logSoftmax(b: Operations, x: Value): Value {
  const last = [allAxes(x.shape).at(-1)!];
  const shifted = b.sub(x, b.max(x, last, true));
  return b.sub(shifted, b.log(b.sum(b.exp(shifted), last, true)));
}
