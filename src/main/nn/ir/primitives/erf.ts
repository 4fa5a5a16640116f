import type { Primitive } from '../primitive.ts';

/** The error function; dy/dx = 2 / sqrt(pi) exp(-x²). */
export const erf: Primitive<null> = {
  name: 'erf',
  elementwise: true,
  types: ([x]) => [x!],
  gradient: (b, { inputs: [x], gradient }) => [b.mul(gradient, b.scale(b.exp(b.scale(b.square(x!), -1)), 2 / Math.sqrt(Math.PI)))],
  onnx: () => ({ op: 'Erf' }),
  tensorflow: { run: (tf, [x]) => tf.erf(x!) },
};
