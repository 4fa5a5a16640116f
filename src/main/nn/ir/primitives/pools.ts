import type { MaxPoolAttrs } from '../attributes.ts';
import type { OnnxAttribute } from '../primitive.ts';
import { expectRank } from '../shapes.ts';
import type { LibraryTensor, TensorLibrary } from '../tensor-library.ts';
import type { Shape } from '../value.ts';
import { padForLibrary } from './windows.ts';

/** Padding value of a max pool: below every feature, and finite. */
export const LOWEST = -3.4e38;

export function pooledShape(x: Shape, { kernel, stride, pad }: MaxPoolAttrs): number[] {
  expectRank(x, 4, 'The input of a max pool');
  return [x[0]!, x[1]!, ...x.slice(2).map((d) => Math.floor((d + 2 * pad - kernel) / stride) + 1)];
}

/** Attributes of ONNX's MaxPool. */
export const poolAttributes = ({ kernel, stride, pad }: MaxPoolAttrs): Record<string, OnnxAttribute> => ({
  kernel_shape: [kernel, kernel],
  strides: [stride, stride],
  pads: [pad, pad, pad, pad],
});

/** Max pool of TF.js: x [N, H, W, C] -> [N, h, w, C]. */
export function poolMap<T extends LibraryTensor>(tf: TensorLibrary<T>, x: T, { kernel, stride, pad }: MaxPoolAttrs): T {
  const { input, padding } = padForLibrary(tf, x, [kernel, kernel], stride, [pad, pad, pad, pad], LOWEST);
  return tf.maxPool(input, kernel, stride, padding);
}
