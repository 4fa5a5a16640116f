import type { Primitive } from '../primitive.ts';

/** The natural logarithm; dy/dx = 1 / x. */
export const log: Primitive<null> = {
  name: 'log',
  elementwise: true,
  types: ([x]) => [x!],
  gradient: (b, { inputs: [x], gradient }) => [b.div(gradient, x!)],
  onnx: () => ({ op: 'Log' }),
  tensorflow: { run: (tf, [x]) => tf.log(x!) },
};
