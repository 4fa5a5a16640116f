import type { Primitive } from '../primitive.ts';
import { broadcastShape } from '../shapes.ts';

/** a && b, bool; no gradient. */
export const and: Primitive<null> = {
  name: 'and',
  elementwise: true,
  types: ([a, b]) => [{ shape: broadcastShape(a!.shape, b!.shape), dtype: 'bool' }],
  gradient: () => [null, null],
  onnx: () => ({ op: 'And' }),
  tensorflow: { run: (tf, [a, b]) => tf.logicalAnd(a!, b!) },
};
