import type { ConvAttrs } from '../attributes.ts';
import type { Primitive } from '../primitive.ts';
import { expectRank, expectShape } from '../shapes.ts';
import { float } from '../value.ts';
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
  onnx: ({ inputShapes, attrs }) => ({ op: 'Conv', attrs: convAttributes(inputShapes[1]!, attrs) }),
  tensorflow: {
    maps: { inputs: [0], output: true },
    run(tf, [x, w, bias], attrs) {
      const y = convolve(tf, x!, w!, attrs);
      return bias ? tf.add(y, bias) : y;
    },
  },
};
