import type { Primitive } from '../primitive.ts';
import { broadcastBoth, broadcastTypes, sumTo } from './arithmetic-rules.ts';

/** max(a, b). Where they are equal the gradient goes to a. */
export const maximum: Primitive<null> = {
  name: 'maximum',
  elementwise: true,
  types: broadcastTypes,
  gradient(e, { inputs: [a, b], gradient, needs }) {
    const gradientOfB = e.mul(gradient, e.isPositive(e.sub(b!, a!)));
    return [needs[0] ? sumTo(e, e.sub(gradient, gradientOfB), a!.shape) : null, needs[1] ? sumTo(e, gradientOfB, b!.shape) : null];
  },
  onnx: () => ({ op: 'Max' }),
  tensorflow: { run: (tf, [a, b]) => tf.maximum(...broadcastBoth(tf, a!, b!)) },
};
