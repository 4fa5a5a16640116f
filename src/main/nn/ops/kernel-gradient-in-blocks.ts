import type { Emitter, Ref } from '../emit.ts';
import type { ConvAttrs } from './conv.ts';

/** Gradients of a convolution's kernel on maps whose channels lie in blocks. */

/** Every image's every channel a group of its own, whose kernel is the output's gradient; then summed over images. */
export function depthwiseKernelGradientInBlocks(e: Emitter, x: Ref, w: Ref, g: Ref, { stride, pads }: ConvAttrs): Ref {
  const [n, c] = x.shape as [number, number];
  const images = e.reshapedAsItLies(e.inBlocks(x), [1, n * c, ...x.shape.slice(2)]);
  const kernels = e.reshapedAsItLies(e.inBlocks(g), [n * c, 1, ...g.shape.slice(2)]);
  const out = e.blockConv(images, kernels, { stride: 1, pads, group: n * c, dilation: stride });
  const cropped = e.slice(out, [2, 3], [0, 0], w.shape.slice(2));
  return e.sum(e.reshape(cropped, [n, ...w.shape]), [0], false);
}

/** Channels side by side from which a kernel of one place is worth it: measured with 16, where it beats matrix products. */
const ENOUGH_FOR_ONE_PLACE = 16;

/** Whether a dense kernel's gradient is best a convolution in blocks, see below. */
export function kernelGradientFitsBlocks(e: Emitter, x: Ref, [o, c, kh, kw]: readonly number[]): boolean {
  if (kh! * kw! === 1 && e.block < ENOUGH_FOR_ONE_PLACE) return false;
  return e.fitsBlocks(o!) && e.fitsBlocks(x.shape[0]!) && (e.fitsBlocks(c!) || c! < e.block);
}

/**
 * A dense kernel's gradient as a convolution whose images are x's blocks of channels, whose channels are x's images, and whose kernel
 * is the output's gradient; of whole blocks of images. The channels of a block (all, where they are few) lie side by side along the
 * width, so that a place's neighbour is so many further on.
 */
export function kernelGradientInBlocks(e: Emitter, x: Ref, w: Ref, g: Ref, attrs: ConvAttrs): Ref {
  const [o, c, kh, kw] = w.shape as [number, number, number, number];
  const side = sideBySide(e, c);
  const maps = c / side;
  const out = kh * kw === 1 ? placeByPlace(e, x, w, g, attrs) : placesTogether(e, x, w, g, attrs); // [maps, O, kh, kw side]
  if (side < e.block) return e.transpose(e.reshape(out, [o, kh, kw, side]), [0, 3, 1, 2]);
  const sorted = e.transpose(e.reshape(out, [maps, o, kh * kw * side]), [1, 0, 2]); // [O, maps, kh kw side]
  const lying = kh * kw === 1 ? sorted : e.inRows(e.lyingInBlocks(sorted, [o * maps, side, kh, kw]));
  return e.reshape(lying, w.shape);
}

/** How many of an image's channels lie side by side: a block's, or all where they are few. */
const sideBySide = (e: Emitter, channels: number): number => (e.fitsBlocks(channels) ? e.block : channels);

function placesTogether(e: Emitter, x: Ref, w: Ref, g: Ref, { stride, pads }: ConvAttrs): Ref {
  const [n, c, ...size] = x.shape as [number, number, number, number];
  const [kernel, out] = [w.shape.slice(2), g.shape.slice(2)];
  const side = sideBySide(e, c);
  // Padded beforehand: at a border the kernels work place by place.
  const after = size.map((d, k) => (out[k]! - 1) * stride + kernel[k]! - d - pads[k]!);
  const cut = size.map((d, k) => d + Math.min(after[k]!, 0));
  const inside = imagesInside(e, x);
  const reached = after.every((a) => a >= 0) ? inside : e.slice(inside, [1, 2], [0, 0], cut);
  const padded = e.pad(reached, [0, pads[0], pads[1], 0], [0, ...after.map((a) => Math.max(a, 0)), 0]);
  const images = e.lyingInBlocks(padded, [c / side, n, padded.shape[1]!, padded.shape[2]! * side]);
  return e.blockConv(images, mapAsKernel(e, g), { stride: 1, pads: [0, 0, 0, 0], group: 1, dilation: [stride, stride * side] });
}

/** A kernel of one place: every place is a channel of its own, so that the convolution goes through its kernel once. */
function placeByPlace(e: Emitter, x: Ref, w: Ref, g: Ref, { stride }: ConvAttrs): Ref {
  const [n, o, h, wide] = g.shape as [number, number, number, number];
  const side = sideBySide(e, w.shape[1]!);
  const images = e.lyingInBlocks(imagesInside(e, stride > 1 ? metPlaces(e, x, stride) : x), [w.shape[1]! / side, n * h * wide, 1, side]);
  const kernel = e.reshape(mapAsKernel(e, g), [o, n * h * wide, 1, 1]);
  return e.blockConv(images, kernel, { stride: 1, pads: [0, 0, 0, 0], group: 1 });
}

/** [N, C, H, W] -> [maps N / b, H, W, side b]: of each place, channels of a map, of each of these a block of images. */
function imagesInside(e: Emitter, x: Ref): Ref {
  return e.madeOnce('images inside', x, () => {
    const [n, c, h, w] = x.shape as [number, number, number, number];
    const b = e.block;
    const side = sideBySide(e, c);
    const maps = c / side;
    const lying = e.asItLies(side === b ? e.inBlocks(x) : e.inRows(x)); // [N, C / b, H, W, b] or [N, C, H, W]
    const inside = e.asItLies(e.inBlocks(e.reshape(lying, [1, n, 1, c * h * w]))); // [N / b, …, b of N]
    const places = side === b ? inside : e.transpose(e.reshape(inside, [n / b, c, h * w, b]), [0, 2, 1, 3]);
    const sorted = n === b || maps === 1 ? places : e.transpose(e.reshape(places, [n / b, maps, h * w * side * b]), [1, 0, 2]);
    return e.reshape(sorted, [(maps * n) / b, h, w, side * b]);
  });
}

/** Every so many-th place of every so many-th row: those that a kernel of one place meets. */
function metPlaces(e: Emitter, x: Ref, stride: number): Ref {
  const c = x.shape[1]!;
  if (!e.fitsBlocks(c)) return e.slice(x, [2, 3], [0, 0], x.shape.slice(2), [stride, stride]);
  const once = e.constant(new Float32Array(c).fill(1), [c, 1, 1, 1]);
  return e.blockConv(e.inBlocks(x), once, { stride, pads: [0, 0, 0, 0], group: c });
}

/** [N, O, h, w] as the kernel of O outputs and N inputs: [O / b, N / b, h, w, b of N, b of O]. */
function mapAsKernel(e: Emitter, g: Ref): Ref {
  return e.madeOnce('as a kernel', g, () => {
    const [n, o, h, w] = g.shape as [number, number, number, number];
    const b = e.block;
    const lying = e.reshape(e.asItLies(e.inBlocks(g)), [n / b, b, (o / b) * h * w, b]);
    const images = e.transpose(lying, [0, 2, 1, 3]);
    const sorted = n === b ? images : e.transpose(e.reshape(images, [n / b, o / b, h * w * b * b]), [1, 0, 2]);
    return e.reshape(sorted, [o, n, h, w]);
  });
}
