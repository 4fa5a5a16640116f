import type { Operations } from '../operations.ts';
import type { Primitive } from '../primitive.ts';
import type { Value } from '../value.ts';

/**
 * x Phi(x) with the normal distribution's exact Phi = (1 + erf(x / sqrt 2)) / 2 (Hendrycks & Gimpel 2016);
 * dy/dx = Phi(x) + x exp(-x² / 2) / sqrt(2 pi).
 */
export const gelu: Primitive<null> = {
  name: 'gelu',
  elementwise: true,
  types: ([x]) => [x!],
  gradient(b, { inputs: [x], gradient }) {
    const density = b.scale(b.exp(b.scale(b.square(x!), -0.5)), 1 / Math.sqrt(2 * Math.PI));
    return [b.mul(gradient, b.add(normalDistribution(b, x!), b.mul(x!, density)))];
  },
  /** ONNX has Gelu from opset 20 on. */
  expand: (b, [x], _attrs, target) => (target === 'file' ? b.mul(x!, normalDistribution(b, x!)) : null),
  onnx: () => ({ op: 'Gelu', domain: 'com.microsoft' }),
  tensorflow: { run: (tf, [x]) => tf.mul(tf.mul(x!, 0.5), tf.add(tf.erf(tf.mul(x!, Math.SQRT1_2)), 1)) },
};

/** Phi(x) */
const normalDistribution = (b: Operations, x: Value): Value => b.scale(b.add(b.erf(b.scale(x, Math.SQRT1_2)), b.scalar(1)), 0.5);
