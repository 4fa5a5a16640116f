import type { Primitive } from '../primitive.ts';

/** dy/dx = y. */
export const exp: Primitive<null> = {
  name: 'exp',
  elementwise: true,
  types: ([x]) => [x!],
  gradient: (b, { output, gradient }) => [b.mul(gradient, output)],
  onnx: () => ({ op: 'Exp' }),
  tensorflow: { run: (tf, [x]) => tf.exp(x!) },
};
