import type { ReduceAttrs } from '../attributes.ts';
import type { Primitive } from '../primitive.ts';
import { reducedShape } from '../shapes.ts';
import { float } from '../value.ts';

/** Largest number over some axes. Equal ones share the gradient. */
export const max: Primitive<ReduceAttrs> = {
  name: 'max',
  types: ([x], { axes, keep }) => [float(reducedShape(x!.shape, axes, keep))],
  gradient(b, { inputs: [x], output, attrs, gradient }) {
    const kept = reducedShape(x!.shape, attrs.axes, true);
    const isLargest = b.sub(b.scalar(1), b.isPositive(b.sub(b.reshape(output, kept), x!)));
    const share = b.div(b.reshape(gradient, kept), b.sum(isLargest, attrs.axes, true));
    return [b.mul(isLargest, share)];
  },
  onnx: ({ attrs: { axes, keep } }) => ({ op: 'ReduceMax', attrs: { axes, keepdims: keep ? 1 : 0 } }),
  tensorflow: { run: (tf, [x], { axes, keep }) => tf.max(x!, [...axes], keep) },
};
