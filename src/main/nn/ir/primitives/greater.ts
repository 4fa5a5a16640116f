import type { Primitive } from '../primitive.ts';
import { broadcastShape } from '../shapes.ts';

/** a > b, bool; no gradient. */
export const greater: Primitive<null> = {
  name: 'greater',
  elementwise: true,
  types: ([a, b]) => [{ shape: broadcastShape(a!.shape, b!.shape), dtype: 'bool' }],
  gradient: () => [null, null],
  onnx: () => ({ op: 'Greater' }),
  tensorflow: { run: (tf, [a, b]) => tf.greater(a!, b!) },
};
