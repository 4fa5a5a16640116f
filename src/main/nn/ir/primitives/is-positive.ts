import type { Primitive } from '../primitive.ts';

/** 1 where x > 0, else 0. Constant almost everywhere, so it has no gradient. */
export const isPositive: Primitive<null> = {
  name: 'isPositive',
  elementwise: true,
  types: ([x]) => [x!],
  gradient: () => [null],
  /** Only the CPU provider's HardSigmoid is exact with the constants below. */
  expand: (b, [x], _attrs, device) => (device === 'cpu' ? null : b.toFloat(b.greater(x!, b.scalar(0)))),
  // One operator instead of two: 2^126 times any positive normal float32 is at least 1.
  onnx: () => ({ op: 'HardSigmoid', attrs: { alpha: { float: 2 ** 126 }, beta: { float: 0 } } }),
  tensorflow: { run: (tf, [x]) => tf.step(x!) }, // with a gradient of 0; `greater` has none, which is an error
};
