import type { Emitter, Ref } from '../emit.ts';
import { canLieInBlocks, convInBlocks } from './conv-in-blocks.ts';
import { inputGradientInBlocks } from './input-gradient-in-blocks.ts';
import { depthwiseKernelGradientInBlocks, kernelGradientFitsBlocks, kernelGradientInBlocks } from './kernel-gradient-in-blocks.ts';
import { expectRank, expectShape, type Op } from './op.ts';

export interface ConvAttrs {
  stride: number;
  pads: readonly [top: number, left: number, bottom: number, right: number];
  groups: number; // 1 (dense) or the number of channels (depthwise)
}

/** x [N, C, H, W], kernel [O, C / groups, kh, kw], optional bias [O] -> [N, O, h, w]. Cross-correlation, zero padding. */
export const conv: Op<ConvAttrs> = {
  shapes([x, w, bias], { stride, pads, groups }) {
    expectRank(x!, 4, 'The input of a convolution');
    expectRank(w!, 4, 'A kernel');
    if (groups !== 1 && groups !== x![1]!) throw new Error(`Convolutions are dense or depthwise: ${groups} groups do not fit ${x![1]!} channels.`);
    expectShape(w!, [groups === 1 ? w![0]! : groups, x![1]! / groups, w![2]!, w![3]!], 'A kernel');
    if (bias) expectShape(bias, [w![0]!], 'A bias');
    const out = [0, 1].map((i) => Math.floor((x![2 + i]! + pads[i]! + pads[2 + i]! - w![2 + i]!) / stride) + 1);
    if (out.some((d) => d < 1)) throw new Error(`An image of [${x!}] is too small for a kernel of [${w!}].`);
    return [[x![0]!, w![0]!, ...out]];
  },

  forward(e, [x, w, bias], attrs) {
    if (canLieInBlocks(e, w!.shape, attrs)) return { outputs: [convInBlocks(e, x!, w!, bias ?? null, attrs)] };
    const { stride, pads, groups } = attrs;
    return { outputs: [e.conv(x!, w!, { stride, pads, group: groups, bias: bias ?? null })] };
  },

  gradient(e, { inputs: [x, w, bias], attrs, gradient: g, needs }) {
    return [
      needs[0] ? inputGradient(e, x!, w!, g, attrs) : null,
      needs[1] ? kernelGradient(e, x!, w!, g, attrs) : null,
      ...(bias ? [needs[2] ? e.channelSum(g) : null] : []),
    ];
  },
};

function inputGradient(e: Emitter, x: Ref, w: Ref, g: Ref, attrs: ConvAttrs): Ref {
  const inBlocks = canLieInBlocks(e, w.shape, attrs) ? inputGradientInBlocks(e, x, w, g, attrs) : null;
  if (inBlocks) return inBlocks;
  const { stride, pads, groups } = attrs;
  if (stride > 1) return convTranspose(e, x, w, g, attrs);
  const [kh, kw] = w.shape.slice(2) as [number, number];
  const channelsFirst = groups === 1 ? e.transpose(w, [1, 0, 2, 3]) : w; // [C, O, kh, kw], or [C, 1, kh, kw]
  const mirrored = kh === 1 && kw === 1 ? channelsFirst : e.flip(channelsFirst, [2, 3]);
  const before = [kh - 1 - pads[0], kw - 1 - pads[1]];
  const after = [kh - 1 - pads[2], kw - 1 - pads[3]];
  return e.conv(g, mirrored, { stride: 1, pads: [...before, ...after], group: groups });
}

/** With a stride: computed at the size of the output and added up where it belongs, a quarter of the work at stride 2. */
function convTranspose(e: Emitter, x: Ref, w: Ref, g: Ref, { stride, pads, groups }: ConvAttrs): Ref {
  const missing = [0, 1].map((i) => x.shape[2 + i]! + pads[i]! + pads[2 + i]! - w.shape[2 + i]! - (g.shape[2 + i]! - 1) * stride);
  return e.node('ConvTranspose', [g, w], x.shape, {
    kernel_shape: w.shape.slice(2),
    strides: [stride, stride],
    pads,
    output_padding: missing,
    group: groups,
  });
}

function kernelGradient(e: Emitter, x: Ref, w: Ref, g: Ref, attrs: ConvAttrs): Ref {
  if (attrs.groups > 1) return depthwiseKernelGradient(e, x, w, g, attrs);
  const [o, c, kh, kw] = w.shape as [number, number, number, number];
  if (kernelGradientFitsBlocks(e, x, w.shape)) return kernelGradientInBlocks(e, x, w, g, attrs);
  // With few input channels (the stem) one convolution beats many strided slices.
  if (x.shape[1]! <= 4 && kh * kw > 1) return swappedKernelGradient(e, x, w, g, attrs);
  const places = g.shape[2]! * g.shape[3]!;
  // A product for each image costs as many additions as the kernel has weights; one product over all images costs a copy of its
  // factors. Measured on the processor; onnxruntime 1.30's WebGPU provider ends the process over it.
  const joined = e.device === 'cpu' && o * c * kh * kw >= (o + c * kh * kw) * places;
  return joined ? joinedKernelGradient(e, x, w, g, attrs) : slicedKernelGradient(e, x, w, g, attrs);
}

/** One matrix product over all images and kernel positions: output gradient [O, Nhw] x shifted inputs [Nhw, kh kw C]. */
function joinedKernelGradient(e: Emitter, x: Ref, w: Ref, g: Ref, { stride, pads }: ConvAttrs): Ref {
  const [o, c, kh, kw] = w.shape as [number, number, number, number];
  const [n, , h, wide] = g.shape as [number, number, number, number];
  const padded = e.pad(e.transpose(x, [0, 2, 3, 1]), [0, pads[0], pads[1], 0], [0, pads[2], pads[3], 0]); // [N, H, W, C]
  const rows = e.reshape(e.transpose(g, [1, 0, 2, 3]), [o, n * h * wide]);
  const columns: Ref[] = [];
  for (let i = 0; i < kh; i++) {
    for (let j = 0; j < kw; j++) {
      const ends = [i + (h - 1) * stride + 1, j + (wide - 1) * stride + 1];
      const whole = ends[0] === padded.shape[1] && ends[1] === padded.shape[2] && i + j === 0 && stride === 1;
      const shifted = whole ? padded : e.slice(padded, [1, 2], [i, j], ends, [stride, stride]);
      columns.push(e.reshape(shifted, [n * h * wide, c]));
    }
  }
  const product = e.matmul(rows, columns.length === 1 ? columns[0]! : e.concat(columns, 1)); // [O, kh kw C]
  return kh * kw === 1 ? e.reshape(product, w.shape) : e.transpose(e.reshape(product, [o, kh, kw, c]), [0, 3, 1, 2]);
}

/** The kernel's gradient as a convolution: input with batch and channel swapped, output gradient as kernel, dilation = stride. */
function swappedKernelGradient(e: Emitter, x: Ref, w: Ref, g: Ref, { stride, pads }: ConvAttrs): Ref {
  const out = e.conv(e.transpose(x, [1, 0, 2, 3]), e.transpose(g, [1, 0, 2, 3]), { stride: 1, pads, group: 1, dilation: stride }); // [C, O, >=kh, >=kw]
  return e.transpose(e.slice(out, [2, 3], [0, 0], w.shape.slice(2)), [1, 0, 2, 3]);
}

/** As above with every image's every channel a group of its own, then summed over images. */
function depthwiseKernelGradient(e: Emitter, x: Ref, w: Ref, g: Ref, attrs: ConvAttrs): Ref {
  if (canLieInBlocks(e, w.shape, attrs)) return depthwiseKernelGradientInBlocks(e, x, w, g, attrs);
  const { stride, pads } = attrs;
  const [n, c] = x.shape as [number, number];
  const images = e.reshape(x, [1, n * c, ...x.shape.slice(2)]);
  const kernels = e.reshape(g, [n * c, 1, ...g.shape.slice(2)]);
  const out = e.conv(images, kernels, { stride: 1, pads, group: n * c, dilation: stride });
  const cropped = e.slice(out, [2, 3], [0, 0], w.shape.slice(2));
  return e.sum(e.reshape(cropped, [n, ...w.shape]), [0], false);
}

/** One matrix product for each kernel position: output gradient [N, O, hw] x shifted input [N, hw, C], summed over images. */
function slicedKernelGradient(e: Emitter, x: Ref, w: Ref, g: Ref, { stride, pads }: ConvAttrs): Ref {
  const [o, c, kh, kw] = w.shape as [number, number, number, number];
  const [n, , h, wide] = g.shape as [number, number, number, number];
  const padded = e.pad(x, [0, 0, pads[0], pads[1]], [0, 0, pads[2], pads[3]]);
  const rows = e.reshape(g, [n, o, h * wide]);
  const products: Ref[] = [];
  for (let i = 0; i < kh; i++) {
    for (let j = 0; j < kw; j++) {
      const ends = [i + (h - 1) * stride + 1, j + (wide - 1) * stride + 1];
      const whole = i === 0 && j === 0 && stride === 1 && ends[0] === padded.shape[2] && ends[1] === padded.shape[3];
      const shifted = whole ? padded : e.slice(padded, [2, 3], [i, j], ends, [stride, stride]);
      const columns = e.transpose(e.reshape(shifted, [n, c, h * wide]), [0, 2, 1]);
      products.push(e.sum(e.matmul(rows, columns), [0], true)); // [1, O, C]
    }
  }
  if (products.length === 1) return e.reshape(products[0]!, w.shape);
  return e.transpose(e.reshape(e.concat(products, 0), [kh, kw, o, c]), [2, 3, 0, 1]);
}
