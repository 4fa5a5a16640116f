import type { ReduceAttrs } from '../attributes.ts';
import type { Primitive } from '../primitive.ts';
import { reducedShape } from '../shapes.ts';
import { float } from '../value.ts';

/** Maximum over `axes`. Equal maxima share the gradient equally. */
export const max: Primitive<ReduceAttrs> = {
  name: 'max',
  types: ([x], { axes, keep }) => [float(reducedShape(x!.shape, axes, keep))],
  gradient(b, { inputs: [x], output, attrs, gradient }) {
    const keptShape = reducedShape(x!.shape, attrs.axes, true);
    const isMaximum = b.sub(b.scalar(1), b.isPositive(b.sub(b.reshape(output, keptShape), x!)));
    const share = b.div(b.reshape(gradient, keptShape), b.sum(isMaximum, attrs.axes, true));
    return [b.mul(isMaximum, share)];
  },
  onnx: ({ attrs: { axes, keep } }) => ({ op: 'ReduceMax', attrs: { axes, keepdims: keep ? 1 : 0 } }),
  tensorflow: { run: (tf, [x], { axes, keep }) => tf.max(x!, [...axes], keep) },
};
