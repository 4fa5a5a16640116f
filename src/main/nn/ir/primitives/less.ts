import type { Primitive } from '../primitive.ts';
import { broadcastShape } from '../shapes.ts';

/** a < b, bool; no gradient. */
export const less: Primitive<null> = {
  name: 'less',
  elementwise: true,
  types: ([a, b]) => [{ shape: broadcastShape(a!.shape, b!.shape), dtype: 'bool' }],
  gradient: () => [null, null],
  onnx: () => ({ op: 'Less' }),
  tensorflow: { run: (tf, [a, b]) => tf.less(a!, b!) },
};
