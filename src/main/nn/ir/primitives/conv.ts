import type { ConvAttrs } from '../attributes.ts';
import type { Primitive } from '../primitive.ts';
import { expectRank, expectShape } from '../shapes.ts';
import { float, type Shape } from '../value.ts';
import { convAttributes, convolve, outputSize } from './windows.ts';

/**
 * Convolution in ONNX's sense (cross-correlation) with zero padding: x [N, C, H, W], kernel [O, C / groups, kh, kw], optional
 * bias [O] -> [N, O, h, w].
 */
export const conv: Primitive<ConvAttrs> = {
  name: 'conv',
  types([{ shape: x }, { shape: w }, bias], attrs) {
    expectRank(x, 4, 'The input of a convolution');
    expectRank(w, 4, 'A kernel');
    const { groups } = attrs;
    if (groups !== 1 && groups !== x[1]!) throw new Error(`Convolutions are dense or depthwise: ${groups} groups do not fit ${x[1]!} channels.`);
    expectShape(w, [groups === 1 ? w[0]! : groups, x[1]! / groups, w[2]!, w[3]!], 'A kernel');
    if (bias) expectShape(bias.shape, [w[0]!], 'A bias');
    const size = outputSize(x, w, attrs);
    if (size.some((d) => d < 1)) throw new Error(`An image of [${x}] is too small for a kernel of [${w}].`);
    return [float([x[0]!, w[0]!, ...size])];
  },
  gradient(b, { inputs: [x, w, bias], attrs, gradient: g, needs }) {
    if (attrs.dilation?.some((d) => d !== 1)) throw new Error('A dilated convolution has no gradient rule.');
    return [
      needs[0] ? b.convInputGradient(g, w!, attrs, [x!.shape[2]!, x!.shape[3]!]) : null,
      needs[1] ? b.convKernelGradient(x!, g, attrs, [w!.shape[2]!, w!.shape[3]!]) : null,
      ...(bias ? [needs[2] ? b.sum(g, [0, 2, 3]) : null] : []),
    ];
  },
  expand(b, [x, w, bias], attrs, device) {
    const missing = device === 'webgpu' ? missingChannels(w!.shape, attrs) : 0;
    if (missing === 0) return null;
    const [before, after] = [
      [0, 0, 0, 0],
      [0, missing, 0, 0],
    ] as const;
    return b.conv(b.pad(x!, before, after), b.pad(w!, before, after), attrs, bias);
  },
  onnx: ({ inputShapes, attrs }) => ({ op: 'Conv', attrs: convAttributes(inputShapes[1]!, attrs) }),
  tensorflow: {
    maps: { inputs: [0], output: true },
    run(tf, [x, w, bias], attrs) {
      const y = convolve(tf, x!, w!, attrs);
      return bias ? tf.add(y, bias) : y;
    },
  },
};

/**
 * Number of channels of zeros that a convolution with kernel [O, C, kh, kw] needs on WebGPU. onnxruntime 1.30's provider gives wrong numbers
 * where C is 6, 9, 15 or another multiple of 3 above 3, not of 4, and O is a multiple of 4
 * (github.com/microsoft/onnxruntime/issues/29651 seems to be the same fault), unless it computes a matrix product: 1x1, stride 1, no
 * padding. In a training step of all layers, C of the stem's kernel gradient is the number of images.
 */
function missingChannels([o, c, kh, kw]: Shape, { groups, stride, pads }: ConvAttrs): number {
  const isProduct = kh! * kw! === 1 && stride === 1 && pads.every((n) => n === 0);
  const isWrong = groups === 1 && !isProduct && c! > 3 && c! % 3 === 0 && c! % 4 !== 0 && o! % 4 === 0;
  return isWrong ? 4 - (c! % 4) : 0;
}
