import type { Primitive } from '../primitive.ts';
import { expectShape } from '../shapes.ts';

/**
 * Layer normalisation over the last axis (Ba, Kiros & Hinton 2016): x [..., C], gamma [C], beta [C] -> (x - mean) / sqrt(var + epsilon)
 * gamma + beta. The variance is biased (divided by C).
 */
export const layerNorm: Primitive<{ epsilon: number }> = {
  name: 'layerNorm',
  types([x, gamma, beta]) {
    expectShape(gamma!.shape, [x!.shape.at(-1)!], 'gamma');
    expectShape(beta!.shape, gamma!.shape, 'beta');
    return [x!];
  },
  // With h = g gamma and n = (x - mean) / deviation:
  // dX = (h - mean(h) - n mean(h n)) / deviation, dGamma = sum(g n), dBeta = sum(g).
  gradient(b, { inputs: [x, gamma], attrs: { epsilon }, gradient: g, needs }) {
    const last = x!.shape.length - 1;
    const others = x!.shape.slice(0, -1).map((_, axis) => axis);
    const centred = b.sub(x!, b.mean(x!, [last], true));
    const inverse = b.div(b.scalar(1), b.sqrt(b.add(b.mean(b.square(centred), [last], true), b.scalar(epsilon)))); // [..., 1]
    const normal = b.mul(centred, inverse);
    const h = b.mul(g, gamma!);
    const shift = b.add(b.mean(h, [last], true), b.mul(normal, b.mean(b.mul(h, normal), [last], true)));
    return [needs[0] ? b.mul(b.sub(h, shift), inverse) : null, needs[1] ? b.sum(b.mul(g, normal), others) : null, needs[2] ? b.sum(g, others) : null];
  },
  onnx: ({ attrs: { epsilon } }) => ({ op: 'LayerNormalization', attrs: { axis: -1, epsilon: { float: epsilon } } }),
  tensorflow: {
    run(tf, [x, gamma, beta], { epsilon }) {
      const last = [x!.shape.length - 1];
      const centred = tf.sub(x!, tf.mean(x!, last, true));
      const variance = tf.mean(tf.mul(centred, centred), last, true);
      return tf.add(tf.mul(tf.div(centred, tf.sqrt(tf.add(variance, epsilon))), gamma!), beta!);
    },
  },
};
