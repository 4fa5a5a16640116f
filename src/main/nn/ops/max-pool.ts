import { sizeOf } from '../tensor.ts';
import { expectRank, type Op } from './op.ts';

export interface MaxPoolAttrs {
  kernel: number;
  stride: number;
  pad: number; // on all four sides
}

/** Maximum over windows, [N, C, H, W] -> [N, C, h, w]. A window's gradient goes to its first maximum. */
export const maxPool: Op<MaxPoolAttrs> = {
  shapes([x], { kernel, stride, pad }) {
    expectRank(x!, 4, 'The input of a max pool');
    return [[x![0]!, x![1]!, ...x!.slice(2).map((d) => Math.floor((d + 2 * pad - kernel) / stride) + 1)]];
  },
  forward(e, [x], attrs) {
    const shape = maxPool.shapes([x!.shape], attrs)[0]!;
    const [y, indices] = e.nodes(
      'MaxPool',
      [x!],
      [
        { shape, type: 'float' },
        { shape, type: 'int64' },
      ],
      {
        kernel_shape: [attrs.kernel, attrs.kernel],
        strides: [attrs.stride, attrs.stride],
        pads: [attrs.pad, attrs.pad, attrs.pad, attrs.pad],
      },
    );
    return { outputs: [y!], saved: { indices: indices! } }; // indices into the flattened input
  },
  gradient(e, { inputs: [x], saved, gradient }) {
    const size = [sizeOf(x!.shape)];
    const zeros = e.node('Expand', [e.scalar(0), e.ints(size)], size);
    const flat = e.reshape(gradient, [sizeOf(gradient.shape)]);
    const where = e.reshape(saved.indices!, flat.shape);
    return [e.reshape(e.node('ScatterElements', [zeros, where, flat], size, { axis: 0, reduction: 'add' }), x!.shape)];
  },
};
