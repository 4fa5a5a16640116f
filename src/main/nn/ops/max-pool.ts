import type { Emitter, Ref } from '../emit.ts';
import { sizeOf } from '../ir/tensor.ts';
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
    const windows = {
      kernel_shape: [attrs.kernel, attrs.kernel],
      strides: [attrs.stride, attrs.stride],
      pads: [attrs.pad, attrs.pad, attrs.pad, attrs.pad],
    };
    if (e.device !== 'cpu') return { outputs: [e.node('MaxPool', [x!], shape, windows)] };
    const outputs = [
      { shape, type: 'float' },
      { shape, type: 'int64' },
    ] as const;
    const [y, indices] = e.nodes('MaxPool', [x!], outputs, windows);
    return { outputs: [y!], saved: { indices: indices! } }; // indices into the flattened input
  },
  gradient(e, { inputs: [x], outputs: [y], saved, attrs, gradient }) {
    if (!saved.indices) return [comparedGradient(e, x!, y!, gradient, attrs)];
    const size = [sizeOf(x!.shape)];
    const zeros = e.node('Expand', [e.scalar(0), e.ints(size)], size);
    const flat = e.reshape(gradient, [sizeOf(gradient.shape)]);
    const where = e.reshape(saved.indices!, flat.shape);
    return [e.reshape(e.node('ScatterElements', [zeros, where, flat], size, { axis: 0, reduction: 'add' }), x!.shape)];
  },
};

const LOWEST = -3.4e38; // below every feature, and finite

/**
 * The same without indices, which no graphics card's provider gives: a window's first place that is not below its maximum takes
 * the gradient. Places that lie a multiple of the stride apart share a plane [N, C, H', W']; the planes are interleaved last.
 */
function comparedGradient(e: Emitter, x: Ref, y: Ref, g: Ref, { kernel, stride, pad }: MaxPoolAttrs): Ref {
  const [n, c, height, width] = x.shape as [number, number, number, number];
  const [h, w] = y.shape.slice(2) as [number, number];
  const reach = Math.ceil(kernel / stride);
  const [tall, wide] = [h + reach, w + reach];
  const padded = e.pad(x, [0, 0, pad, pad], [0, 0, pad + kernel, pad + kernel], LOWEST);
  const planes = new Map<string, Ref>();
  let free: Ref | null = null; // 1 where no place of the window has taken the gradient yet
  for (let i = 0; i < kernel; i++) {
    for (let j = 0; j < kernel; j++) {
      const shifted = e.slice(padded, [2, 3], [i, j], [i + (h - 1) * stride + 1, j + (w - 1) * stride + 1], [stride, stride]);
      const below = e.toFloat(e.less(shifted, y));
      const left: Ref = free ? e.mul(free, below) : below;
      const taken: Ref = free ? e.sub(free, left) : e.sub(e.scalar(1), left);
      free = left;
      const [down, across] = [Math.floor(i / stride), Math.floor(j / stride)];
      const placed = e.pad(e.mul(g, taken), [0, 0, down, across], [0, 0, tall - h - down, wide - w - across]);
      const key = `${i % stride},${j % stride}`;
      const sofar = planes.get(key);
      planes.set(key, sofar ? e.add(sofar, placed) : placed);
    }
  }
  const steps = Array.from({ length: stride }, (_, i) => i);
  const none = e.scale(e.pad(g, [0, 0, 0, 0], [0, 0, tall - h, wide - w]), 0); // where the stride is larger than the kernel
  const column = (row: number): Ref =>
    e.concat(
      steps.map((at) => e.reshape(planes.get(`${row},${at}`) ?? none, [n, c, tall, 1, wide, 1])),
      5,
    );
  const whole = e.reshape(e.concat(steps.map(column), 3), [n, c, tall * stride, wide * stride]);
  return e.slice(whole, [2, 3], [pad, pad], [pad + height, pad + width]);
}
