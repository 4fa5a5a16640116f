import type { Primitive } from '../primitive.ts';
import { broadcastBoth, broadcastTypes, sumTo } from './arithmetic-rules.ts';

/** min(a, b). Where they are equal the gradient goes to a. */
export const minimum: Primitive<null> = {
  name: 'minimum',
  elementwise: true,
  types: broadcastTypes,
  gradient(e, { inputs: [a, b], gradient, needs }) {
    const gradientOfB = e.mul(gradient, e.isPositive(e.sub(a!, b!)));
    return [needs[0] ? sumTo(e, e.sub(gradient, gradientOfB), a!.shape) : null, needs[1] ? sumTo(e, gradientOfB, b!.shape) : null];
  },
  onnx: () => ({ op: 'Min' }),
  tensorflow: { run: (tf, [a, b]) => tf.minimum(...broadcastBoth(tf, a!, b!)) },
};
