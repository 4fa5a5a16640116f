import type { Primitive } from '../primitive.ts';
import { broadcastTypes, sumTo } from './arithmetic-rules.ts';

export const add: Primitive<null> = {
  name: 'add',
  elementwise: true,
  types: broadcastTypes,
  gradient: (b, { inputs, gradient, needs }) => inputs.map((x, i) => (needs[i] ? sumTo(b, gradient, x.shape) : null)),
  onnx: () => ({ op: 'Add' }),
  tensorflow: { run: (tf, [a, b]) => tf.add(a!, b!) },
};
