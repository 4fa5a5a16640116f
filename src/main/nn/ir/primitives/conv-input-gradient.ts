import type { ConvAttrs, Size } from '../attributes.ts';
import type { Primitive } from '../primitive.ts';
import { expectShape } from '../shapes.ts';
import { float } from '../value.ts';
import { convolve, outputSize } from './windows.ts';

export interface ConvInputGradientAttrs extends ConvAttrs {
  size: Size; // of the convolution's input
}

/**
 * Gradient of a convolution with respect to its input: g = dY [N, O, h, w], kernel [O, C / groups, kh, kw] -> dX [N, C, H, W]. It is
 * linear in both, so its own gradients are a convolution and a kernel gradient.
 */
export const convInputGradient: Primitive<ConvInputGradientAttrs> = {
  name: 'convInputGradient',
  types([{ shape: g }, { shape: w }], attrs) {
    const x = [g[0]!, w[1]! * attrs.groups, ...attrs.size];
    expectShape(g, [g[0]!, w[0]!, ...outputSize(x, w, attrs)], 'The gradient of a convolution');
    return [float(x)];
  },
  gradient: (b, { inputs: [g, w], attrs: { size: _size, ...conv }, gradient, needs }) => [
    needs[0] ? b.conv(gradient, w!, conv) : null,
    needs[1] ? b.convKernelGradient(gradient, g!, conv, [w!.shape[2]!, w!.shape[3]!]) : null,
  ],
  /** Stride 1: g convolved with the flipped kernel, whose input and output channels are swapped. */
  expand(b, [g, w], { stride, pads: [top, left, bottom, right], groups }) {
    if (stride > 1) return null;
    const [kh, kw] = w!.shape.slice(2) as [number, number];
    const channelsFirst = groups === 1 ? b.transpose(w!, [1, 0, 2, 3]) : w!; // [C, O, kh, kw], or [C, 1, kh, kw]
    const flipped = kh === 1 && kw === 1 ? channelsFirst : b.reverse(channelsFirst, [2, 3]);
    return b.conv(g!, flipped, { stride: 1, pads: [kh - 1 - top, kw - 1 - left, kh - 1 - bottom, kw - 1 - right], groups });
  },
  /** Strided: ConvTranspose multiplies at the positions of g and scatters the sums, a quarter of the work at stride 2. */
  onnx({ inputShapes: [g, w], outputShape, attrs: { stride, pads, groups } }) {
    const outputPadding = ([2, 3] as const).map((axis) => outputShape[axis]! + pads[axis - 2]! + pads[axis]! - w![axis]! - (g![axis]! - 1) * stride);
    return {
      op: 'ConvTranspose',
      attrs: { kernel_shape: w!.slice(2), strides: [stride, stride], pads, output_padding: outputPadding, group: groups },
    };
  },
  tensorflow: {
    maps: { inputs: [0], output: true },
    run(tf, [g, w], { size, ...attrs }) {
      const shape = [g!.shape[0]!, ...size, w!.shape[1]! * attrs.groups]; // [N, H, W, C]
      return tf.grad((x) => convolve(tf, x, w!, attrs))(tf.zeros(shape), g!);
    },
  },
};
