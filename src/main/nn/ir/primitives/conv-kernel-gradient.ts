import type { ConvAttrs, Size } from '../attributes.ts';
import type { Operations } from '../operations.ts';
import type { Primitive } from '../primitive.ts';
import { expectShape } from '../shapes.ts';
import { float, type Shape, type Value } from '../value.ts';
import { convolve, outputSize } from './windows.ts';

export interface ConvKernelGradientAttrs extends ConvAttrs {
  size: Size; // of the kernel
}

/**
 * Gradient of a convolution with respect to its kernel: x [N, C, H, W], g = dY [N, O, h, w] -> dW [O, C / groups, kh, kw]. Linear in
 * both.
 */
export const convKernelGradient: Primitive<ConvKernelGradientAttrs> = {
  name: 'convKernelGradient',
  types([{ shape: x }, { shape: g }], attrs) {
    const kernel = [g[1]!, x[1]! / attrs.groups, ...attrs.size];
    expectShape(g, [x[0]!, g[1]!, ...outputSize(x, kernel, attrs)], 'The gradient of a convolution');
    return [float(kernel)];
  },
  gradient: (b, { inputs: [x, g], attrs: { size: _size, ...conv }, gradient, needs }) => [
    needs[0] ? b.convInputGradient(g!, gradient, conv, [x!.shape[2]!, x!.shape[3]!]) : null,
    needs[1] ? b.conv(x!, gradient, conv) : null,
  ],
  expand(b, [x, g], attrs, device) {
    const kernel = [g!.shape[1]!, x!.shape[1]! / attrs.groups, ...attrs.size] as const;
    if (attrs.groups > 1) return depthwise(b, x!, g!, kernel, attrs);
    const [o, c, kh, kw] = kernel;
    // With few input channels (the stem) one convolution is faster than many strided slices.
    if (c <= 4 && kh * kw > 1) return asConvolution(b, x!, g!, kernel, attrs);
    const positions = g!.shape[2]! * g!.shape[3]!;
    // One product per image adds up as many elements as the kernel has weights; one product over all images copies its operands.
    // Measured on the CPU. onnxruntime 1.30's WebGPU provider aborts the process on the single product.
    const useSingleProduct = device === 'cpu' && o * c * kh * kw >= (o + c * kh * kw) * positions;
    return useSingleProduct ? singleProduct(b, x!, g!, kernel, attrs) : productPerTap(b, x!, g!, kernel, attrs);
  },
  onnx: () => {
    throw new Error('The gradient of a kernel is always expanded.');
  },
  tensorflow: {
    maps: { inputs: [0, 1], output: false },
    run(tf, [x, g], { size, ...attrs }) {
      const shape = [g!.shape[3]!, x!.shape[3]! / attrs.groups, ...size];
      return tf.grad((kernel) => convolve(tf, x!, kernel, attrs))(tf.zeros(shape), g!);
    },
  },
};

type Kernel = readonly [o: number, c: number, kh: number, kw: number];

/** x convolved with dY: batch and channel axes of both swapped, dilation = stride. */
function asConvolution(b: Operations, x: Value, g: Value, kernel: Kernel, { stride, pads }: ConvAttrs): Value {
  const swap = [1, 0, 2, 3];
  const out = b.conv(b.transpose(x, swap), b.transpose(g, swap), { stride: 1, pads, groups: 1, dilation: [stride, stride] }); // [C, O, >= kh, >= kw]
  return b.transpose(b.slice(out, [2, 3], [0, 0], kernel.slice(2)), swap);
}

/** As above, with each channel of each image as its own group, then summed over images. */
function depthwise(b: Operations, x: Value, g: Value, kernel: Kernel, { stride, pads }: ConvAttrs): Value {
  const [n, c] = x.shape as [number, number];
  const images = b.reshape(x, [1, n * c, ...x.shape.slice(2)]);
  const kernels = b.reshape(g, [n * c, 1, ...g.shape.slice(2)]);
  const out = b.conv(images, kernels, { stride: 1, pads, groups: n * c, dilation: [stride, stride] });
  const cropped = b.slice(out, [2, 3], [0, 0], kernel.slice(2));
  return b.sum(b.reshape(cropped, [n, ...kernel]), [0]);
}

/** One matrix product over all images and taps (im2col): dY [O, N h w] x shifted inputs [N h w, kh kw C]. */
function singleProduct(b: Operations, x: Value, g: Value, kernel: Kernel, { stride, pads }: ConvAttrs): Value {
  const [o, c, kh, kw] = kernel;
  const [n, , h, w] = g.shape as Kernel;
  const padded = b.pad(b.transpose(x, [0, 2, 3, 1]), [0, pads[0], pads[1], 0], [0, pads[2], pads[3], 0]); // [N, H, W, C]
  const rows = b.reshape(b.transpose(g, [1, 0, 2, 3]), [o, n * h * w]);
  const columns = taps(kernel).map(([i, j]) => b.reshape(readTap(b, padded, [1, 2], [i, j], [h, w], stride), [n * h * w, c]));
  const product = b.matmul(rows, columns.length === 1 ? columns[0]! : b.concat(columns, 1)); // [O, kh kw C]
  return kh * kw === 1 ? b.reshape(product, kernel) : b.transpose(b.reshape(product, [o, kh, kw, c]), [0, 3, 1, 2]);
}

/** One batched matrix product per tap: dY [N, O, h w] x shifted input [N, h w, C], summed over images. */
function productPerTap(b: Operations, x: Value, g: Value, kernel: Kernel, { stride, pads }: ConvAttrs): Value {
  const [o, c, kh, kw] = kernel;
  const [n, , h, w] = g.shape as Kernel;
  const padded = b.pad(x, [0, 0, pads[0], pads[1]], [0, 0, pads[2], pads[3]]);
  const rows = b.reshape(g, [n, o, h * w]);
  const products = taps(kernel).map(([i, j]) => {
    const columns = b.transpose(b.reshape(readTap(b, padded, [2, 3], [i, j], [h, w], stride), [n, c, h * w]), [0, 2, 1]);
    return b.sum(b.matmul(rows, columns), [0], true); // [1, O, C]
  });
  if (products.length === 1) return b.reshape(products[0]!, kernel);
  return b.transpose(b.reshape(b.concat(products, 0), [kh, kw, o, c]), [2, 3, 0, 1]);
}

const taps = ([, , kh, kw]: Kernel): [number, number][] => Array.from({ length: kh * kw }, (_, at) => [Math.floor(at / kw), at % kw]);

/** The positions of a padded map that one tap of the kernel reads, [h, w] along `axes`. */
function readTap(b: Operations, padded: Value, axes: readonly [number, number], tap: Shape, [h, w]: Shape, stride: number): Value {
  const ends = [tap[0]! + (h! - 1) * stride + 1, tap[1]! + (w! - 1) * stride + 1];
  const isWhole = tap[0] === 0 && tap[1] === 0 && stride === 1 && ends.every((end, i) => end === padded.shape[axes[i]!]);
  return isWhole ? padded : b.slice(padded, axes, tap, ends, [stride, stride]);
}
