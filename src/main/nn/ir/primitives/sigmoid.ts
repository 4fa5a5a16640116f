import type { Primitive } from '../primitive.ts';

/** 1 / (1 + exp(-x)); dy/dx = y (1 - y). */
export const sigmoid: Primitive<null> = {
  name: 'sigmoid',
  elementwise: true,
  types: ([x]) => [x!],
  gradient: (b, { output, gradient }) => [b.mul(gradient, b.mul(output, b.sub(b.scalar(1), output)))],
  onnx: () => ({ op: 'Sigmoid' }),
  tensorflow: { run: (tf, [x]) => tf.sigmoid(x!) },
};
