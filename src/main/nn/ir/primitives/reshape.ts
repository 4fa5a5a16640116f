import type { Primitive } from '../primitive.ts';
import { sizeOf } from '../tensor.ts';
import type { Shape } from '../value.ts';

/** The same elements in row-major order, with another shape. */
export const reshape: Primitive<{ shape: Shape }> = {
  name: 'reshape',
  types([x], { shape }) {
    if (sizeOf(x!.shape) !== sizeOf(shape)) throw new Error(`[${x!.shape}] can't be reshaped to [${shape}].`);
    return [{ ...x!, shape }];
  },
  gradient: (b, { inputs: [x], gradient }) => [b.reshape(gradient, x!.shape)],
  onnx: ({ inputs: [x], attrs: { shape }, ints }) => ({ op: 'Reshape', inputs: [x!, ints(shape)] }),
  tensorflow: { run: (tf, [x], { shape }) => tf.reshape(x!, [...shape]) },
};
