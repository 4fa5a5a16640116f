import type { ReduceAttrs } from '../attributes.ts';
import type { Primitive } from '../primitive.ts';
import { reducedShape } from '../shapes.ts';
import { sizeOf } from '../tensor.ts';
import { float } from '../value.ts';

/** Mean over `axes`. */
export const mean: Primitive<ReduceAttrs> = {
  name: 'mean',
  types: ([x], { axes, keep }) => [float(reducedShape(x!.shape, axes, keep))],
  gradient(b, { inputs: [x], output, attrs, gradient }) {
    const share = b.scale(gradient, sizeOf(output.shape) / sizeOf(x!.shape));
    return [b.broadcast(b.reshape(share, reducedShape(x!.shape, attrs.axes, true)), x!.shape)];
  },
  onnx: ({ attrs: { axes, keep } }) => ({ op: 'ReduceMean', attrs: { axes, keepdims: keep ? 1 : 0 } }),
  tensorflow: { run: (tf, [x], { axes, keep }) => tf.mean(x!, [...axes], keep) },
};
