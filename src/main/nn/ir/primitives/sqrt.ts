import type { Primitive } from '../primitive.ts';

/** dy/dx = 1 / (2 y). */
export const sqrt: Primitive<null> = {
  name: 'sqrt',
  elementwise: true,
  types: ([x]) => [x!],
  gradient: (b, { output, gradient }) => [b.div(b.scale(gradient, 0.5), output)],
  onnx: () => ({ op: 'Sqrt' }),
  tensorflow: { run: (tf, [x]) => tf.sqrt(x!) },
};
