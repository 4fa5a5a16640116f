import type { Primitive } from '../primitive.ts';
import { broadcastBoth, broadcastTypes, sumTo } from './arithmetic-rules.ts';

/** The smaller of two numbers. Where they are equal the first takes the gradient. */
export const minimum: Primitive<null> = {
  name: 'minimum',
  elementwise: true,
  types: broadcastTypes,
  gradient(e, { inputs: [a, b], gradient, needs }) {
    const toSecond = e.mul(gradient, e.isPositive(e.sub(a!, b!)));
    return [needs[0] ? sumTo(e, e.sub(gradient, toSecond), a!.shape) : null, needs[1] ? sumTo(e, toSecond, b!.shape) : null];
  },
  onnx: () => ({ op: 'Min' }),
  tensorflow: { run: (tf, [a, b]) => tf.minimum(...broadcastBoth(tf, a!, b!)) },
};
