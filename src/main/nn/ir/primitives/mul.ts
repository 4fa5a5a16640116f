import type { Primitive } from '../primitive.ts';
import { broadcastTypes, sumTo } from './arithmetic-rules.ts';

export const mul: Primitive<null> = {
  name: 'mul',
  elementwise: true,
  types: broadcastTypes,
  gradient: (e, { inputs: [a, b], gradient, needs }) => [
    needs[0] ? sumTo(e, e.mul(gradient, b!), a!.shape) : null,
    needs[1] ? sumTo(e, e.mul(gradient, a!), b!.shape) : null,
  ],
  onnx: () => ({ op: 'Mul' }),
  tensorflow: { run: (tf, [a, b]) => tf.mul(a!, b!) },
};
