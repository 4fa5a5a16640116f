import type { ReduceAttrs } from '../attributes.ts';
import type { Primitive } from '../primitive.ts';
import { reducedShape } from '../shapes.ts';
import { float } from '../value.ts';

/** Sum over `axes`. */
export const sum: Primitive<ReduceAttrs> = {
  name: 'sum',
  types: ([x], { axes, keep }) => [float(reducedShape(x!.shape, axes, keep))],
  gradient: (b, { inputs: [x], attrs, gradient }) => [b.broadcast(b.reshape(gradient, reducedShape(x!.shape, attrs.axes, true)), x!.shape)],
  onnx: ({ inputs: [x], attrs: { axes, keep }, ints }) => ({ op: 'ReduceSum', inputs: [x!, ints(axes)], attrs: { keepdims: keep ? 1 : 0 } }),
  tensorflow: { run: (tf, [x], { axes, keep }) => tf.sum(x!, [...axes], keep) },
};
