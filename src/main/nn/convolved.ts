import type { Attribute, Ref } from './emit.ts';

export interface ConvOptions {
  stride: number;
  pads: readonly number[]; // top, left, bottom, right
  group: number;
  dilation?: number | readonly [down: number, across: number];
  bias?: Ref | null;
}

export interface BlockConvOptions extends ConvOptions {
  more?: Ref; // of the result's shape and in blocks, added to it
}

/** The result's shape [N, O, h, w] and the operator's attributes. */
export function convolved(x: Ref, w: Ref, { stride, pads, group, dilation = 1 }: ConvOptions): { shape: number[]; attrs: Record<string, Attribute> } {
  const dilations = typeof dilation === 'number' ? [dilation, dilation] : dilation;
  const out = [0, 1].map((i) => {
    const span = (w.shape[2 + i]! - 1) * dilations[i]! + 1;
    return Math.floor((x.shape[2 + i]! + pads[i]! + pads[2 + i]! - span) / stride) + 1;
  });
  const attrs = { kernel_shape: w.shape.slice(2), strides: [stride, stride], dilations, pads, group };
  return { shape: [x.shape[0]!, w.shape[0]!, ...out], attrs };
}
