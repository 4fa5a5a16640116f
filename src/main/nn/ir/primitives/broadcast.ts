import type { Primitive } from '../primitive.ts';
import { broadcastShape, expectShape } from '../shapes.ts';
import { float, type Shape } from '../value.ts';
import { sumTo } from './arithmetic-rules.ts';

/** Repeats axes of size 1 up to `shape`. */
export const broadcast: Primitive<{ shape: Shape }> = {
  name: 'broadcast',
  types([x], { shape }) {
    expectShape(broadcastShape(x!.shape, shape), shape, `The broadcast shape of [${x!.shape}]`);
    return [float(shape)];
  },
  gradient: (b, { inputs: [x], gradient }) => [sumTo(b, gradient, x!.shape)],
  onnx: ({ inputs: [x], attrs: { shape }, ints }) => ({ op: 'Expand', inputs: [x!, ints(shape)] }),
  tensorflow: { run: (tf, [x], { shape }) => tf.broadcastTo(x!, [...shape]) },
};
