import type { Primitive } from '../primitive.ts';
import { broadcastBoth, broadcastTypes, sumTo } from './arithmetic-rules.ts';

/** The larger of two numbers. Where they are equal the first takes the gradient. */
export const maximum: Primitive<null> = {
  name: 'maximum',
  elementwise: true,
  types: broadcastTypes,
  gradient(e, { inputs: [a, b], gradient, needs }) {
    const toSecond = e.mul(gradient, e.isPositive(e.sub(b!, a!)));
    return [needs[0] ? sumTo(e, e.sub(gradient, toSecond), a!.shape) : null, needs[1] ? sumTo(e, toSecond, b!.shape) : null];
  },
  onnx: () => ({ op: 'Max' }),
  tensorflow: { run: (tf, [a, b]) => tf.maximum(...broadcastBoth(tf, a!, b!)) },
};
