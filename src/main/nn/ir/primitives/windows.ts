import type { ConvAttrs } from '../attributes.ts';
import type { LibraryTensor, TensorLibrary } from '../tensor-library.ts';
import type { OnnxAttribute } from '../primitive.ts';
import type { Shape } from '../value.ts';

/** Height and width of a convolution's output. */
export function outputSize(x: Shape, kernel: Shape, { stride, pads, dilation = [1, 1] }: ConvAttrs): [number, number] {
  const sizeAlong = (i: 0 | 1): number => {
    const span = (kernel[2 + i]! - 1) * dilation[i] + 1;
    return Math.floor((x[2 + i]! + pads[i]! + pads[2 + i]! - span) / stride) + 1;
  };
  return [sizeAlong(0), sizeAlong(1)];
}

/** Attributes of ONNX's Conv. */
export function convAttributes(kernel: Shape, { stride, pads, groups, dilation = [1, 1] }: ConvAttrs): Record<string, OnnxAttribute> {
  return { kernel_shape: kernel.slice(2), strides: [stride, stride], dilations: dilation, pads, group: groups };
}

/** Convolution of TF.js: x [N, H, W, C], kernel [O, I, kh, kw] -> [N, h, w, O]. */
export function convolve<T extends LibraryTensor>(
  tf: TensorLibrary<T>,
  x: T,
  kernel: T,
  { stride, pads, groups, dilation: [down, across] = [1, 1] }: ConvAttrs,
): T {
  const [, , kh, kw] = kernel.shape as [number, number, number, number];
  const spans = [(kh - 1) * down + 1, (kw - 1) * across + 1] as const;
  const { input, padding } = padForLibrary(tf, x, spans, stride, pads, 0);
  if (groups === 1) return tf.conv2d(input, tf.transpose(kernel, [2, 3, 1, 0]), stride, padding, 'NHWC', [down, across]);
  return tf.depthwiseConv2d(input, tf.transpose(kernel, [2, 3, 0, 1]), stride, padding, 'NHWC', [down, across]);
}

/** TF.js pads only by TensorFlow's 'same' scheme; any other padding is applied to x [N, H, W, C] beforehand. */
export function padForLibrary<T extends LibraryTensor>(
  tf: TensorLibrary<T>,
  x: T,
  kernel: readonly [number, number],
  stride: number,
  [top, left, bottom, right]: readonly [number, number, number, number],
  value: number,
): { input: T; padding: 'valid' | 'same' } {
  if (top + left + bottom + right === 0) return { input: x, padding: 'valid' };
  const isSame = ([before, after]: readonly [number, number], axis: 0 | 1): boolean => {
    const side = x.shape[1 + axis]!;
    const total = Math.max(0, (Math.ceil(side / stride) - 1) * stride + kernel[axis] - side);
    return before === Math.floor(total / 2) && after === total - before;
  };
  if (isSame([top, bottom], 0) && isSame([left, right], 1)) return { input: x, padding: 'same' };
  const none: [number, number] = [0, 0];
  return { input: tf.pad(x, [none, [top, bottom], [left, right], none], value), padding: 'valid' };
}
