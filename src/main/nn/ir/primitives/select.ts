import type { Primitive } from '../primitive.ts';
import { broadcastShape } from '../shapes.ts';
import { float } from '../value.ts';
import { sumTo } from './arithmetic-rules.ts';

/** The second input where the first (bool) is true, else the third. */
export const select: Primitive<null> = {
  name: 'select',
  elementwise: true,
  types: ([condition, yes, no]) => [float(broadcastShape(condition!.shape, broadcastShape(yes!.shape, no!.shape)))],
  gradient(b, { inputs: [condition, yes, no], gradient, needs }) {
    const zero = b.scalar(0);
    return [
      null,
      needs[1] ? sumTo(b, b.select(condition!, gradient, zero), yes!.shape) : null,
      needs[2] ? sumTo(b, b.select(condition!, zero, gradient), no!.shape) : null,
    ];
  },
  onnx: () => ({ op: 'Where' }),
  tensorflow: { run: (tf, [condition, yes, no]) => tf.where(condition!, yes!, no!) },
};
