import type { Primitive } from '../primitive.ts';
import { broadcastTypes, sumTo } from './arithmetic-rules.ts';

/** a - b. */
export const sub: Primitive<null> = {
  name: 'sub',
  elementwise: true,
  types: broadcastTypes,
  gradient: (e, { inputs: [a, b], gradient, needs }) => [
    needs[0] ? sumTo(e, gradient, a!.shape) : null,
    needs[1] ? e.scale(sumTo(e, gradient, b!.shape), -1) : null,
  ],
  onnx: () => ({ op: 'Sub' }),
  tensorflow: { run: (tf, [a, b]) => tf.sub(a!, b!) },
};
