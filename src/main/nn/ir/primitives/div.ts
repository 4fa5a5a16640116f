import type { Primitive } from '../primitive.ts';
import { broadcastTypes, sumTo } from './arithmetic-rules.ts';

/** a / b; d/db = -(a / b) / b. */
export const div: Primitive<null> = {
  name: 'div',
  elementwise: true,
  types: broadcastTypes,
  gradient(e, { inputs: [a, b], output, gradient, needs }) {
    const ga = e.div(gradient, b!);
    return [needs[0] ? sumTo(e, ga, a!.shape) : null, needs[1] ? e.scale(sumTo(e, e.mul(ga, output), b!.shape), -1) : null];
  },
  onnx: () => ({ op: 'Div' }),
  tensorflow: { run: (tf, [a, b]) => tf.div(a!, b!) },
};
