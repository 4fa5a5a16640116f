import type { ConvAttrs } from '../../ir/attributes.ts';
import type { Shape, Value } from '../../ir/value.ts';
import type { LayoutBuilder } from './layout-builder.ts';

/**
 * Gradients of a convolution with respect to its kernel, from blocked maps: x [N, C, H, W], g = dY [N, O, h, w] -> `shape`
 * [O, C / groups, kh, kw], row-major.
 */

const NO_PADS = [0, 0, 0, 0] as const;

/** Each channel of each image is its own group, convolved with its dY as the kernel; then summed over images. */
export function depthwiseKernelGradient(l: LayoutBuilder, x: Value, shape: Shape, g: Value, { stride, pads }: ConvAttrs): Value {
  const [n, c] = x.shape as [number, number];
  const images = l.regroup(l.toBlocked(x), [1, n * c, ...x.shape.slice(2)]);
  const kernels = l.regroup(l.toBlocked(g), [n * c, 1, ...g.shape.slice(2)]);
  const out = l.toRowMajor(l.conv(images, kernels, { stride: 1, pads, groups: n * c, dilation: [stride, stride] }));
  const cropped = l.b.slice(out, [2, 3], [0, 0], shape.slice(2));
  return l.b.sum(l.b.reshape(cropped, [n, ...shape]), [0]);
}

/** Smallest block, in channels, for a 1x1 kernel: with 16 a blocked convolution was measured faster than matrix products. */
const MIN_BLOCK_FOR_ONE_TAP = 16;

/** Whether `denseKernelGradient` is possible and faster than matrix products. */
export function fitsKernelGradient(l: LayoutBuilder, x: Value, [o, c, kh, kw]: Shape): boolean {
  if (kh! * kw! === 1 && l.block < MIN_BLOCK_FOR_ONE_TAP) return false;
  return l.fits(o!) && l.fits(x.shape[0]!) && (l.fits(c!) || c! < l.block);
}

/**
 * A dense kernel's gradient as a blocked convolution. Its images are x's blocks of channels, its channels are x's images, and its
 * kernel is dY. The batch must be whole blocks of images. The channels of a block (all channels, where they are fewer) are
 * interleaved along the width, so horizontal neighbours are `perMap` positions apart, and the dilation along the width is
 * multiplied by `perMap`.
 */
export function denseKernelGradient(l: LayoutBuilder, x: Value, shape: Shape, g: Value, attrs: ConvAttrs): Value {
  const [o, c, kh, kw] = shape as [number, number, number, number];
  const { b } = l;
  const perMap = channelsPerMap(l, c);
  const maps = c / perMap;
  const out = kh * kw === 1 ? gradientOfOneTap(l, x, shape, g, attrs) : gradientOfAllTaps(l, x, shape, g, attrs); // [maps, O, kh, kw perMap]
  if (perMap < l.block) return b.transpose(b.reshape(l.toRowMajor(out), [o, kh, kw, perMap]), [0, 3, 1, 2]);
  const sorted = b.transpose(b.reshape(l.toRowMajor(out), [maps, o, kh * kw * perMap]), [1, 0, 2]); // [O, maps, kh kw perMap]
  const rows = kh * kw === 1 ? sorted : l.toRowMajor(l.asBlocked(sorted, [o * maps, perMap, kh, kw]));
  return b.reshape(rows, shape);
}

/** Channels interleaved along the width of one map: a block, or all where they are fewer. */
const channelsPerMap = (l: LayoutBuilder, channels: number): number => (l.fits(channels) ? l.block : channels);

function gradientOfAllTaps(l: LayoutBuilder, x: Value, kernel: Shape, g: Value, { stride, pads }: ConvAttrs): Value {
  const [n, c, ...size] = x.shape as [number, number, number, number];
  const { b } = l;
  const perMap = channelsPerMap(l, c);
  // Padded beforehand, because the blocked convolution computes padded borders one position at a time.
  const after = size.map((d, k) => (g.shape[2 + k]! - 1) * stride + kernel[2 + k]! - d - pads[k]!);
  const cropSize = size.map((d, k) => d + Math.min(after[k]!, 0));
  const inner = moveImagesInnermost(l, x);
  const cropped = after.every((a) => a >= 0) ? inner : b.slice(inner, [1, 2], [0, 0], cropSize);
  const padded = b.pad(cropped, [0, pads[0], pads[1], 0], [0, ...after.map((a) => Math.max(a, 0)), 0]);
  const images = l.asBlocked(padded, [c / perMap, n, padded.shape[1]!, padded.shape[2]! * perMap]);
  return l.conv(images, mapAsKernel(l, g), { stride: 1, pads: NO_PADS, groups: 1, dilation: [stride, stride * perMap] });
}

/** A 1x1 kernel: the positions become input channels, so the convolution reads its kernel (dY) only once. */
function gradientOfOneTap(l: LayoutBuilder, x: Value, kernel: Shape, g: Value, { stride }: ConvAttrs): Value {
  const [n, o, h, w] = g.shape as [number, number, number, number];
  const perMap = channelsPerMap(l, kernel[1]!);
  const images = l.asBlocked(moveImagesInnermost(l, stride > 1 ? strideSubsample(l, x, stride) : x), [kernel[1]! / perMap, n * h * w, 1, perMap]);
  return l.conv(images, l.b.reshape(mapAsKernel(l, g), [o, n * h * w, 1, 1]), { stride: 1, pads: NO_PADS, groups: 1 });
}

/** [N, C, H, W] -> [maps N / b, H, W, perMap b]. Innermost axes: position, channel within map, image within block. */
function moveImagesInnermost(l: LayoutBuilder, x: Value): Value {
  return l.memoize('images innermost', x, () => {
    const [n, c, h, w] = x.shape as [number, number, number, number];
    const { b, block } = l;
    const perMap = channelsPerMap(l, c);
    const maps = c / perMap;
    const stored = perMap === block ? l.toBlocked(x) : l.toRowMajor(x); // [N, C / b, H, W, b] or [N, C, H, W]
    const inner = l.toBlocked(b.reshape(stored, [1, n, 1, c * h * w])); // [N / b, …, b of N]
    const positions = perMap === block ? inner : b.transpose(b.reshape(inner, [n / block, c, h * w, block]), [0, 2, 1, 3]);
    const sorted = n === block || maps === 1 ? positions : b.transpose(b.reshape(positions, [n / block, maps, h * w * perMap * block]), [1, 0, 2]);
    return b.reshape(sorted, [(maps * n) / block, h, w, perMap * block]);
  });
}

/** Every stride-th position of every stride-th row: the ones that a 1x1 kernel reads. */
function strideSubsample(l: LayoutBuilder, x: Value, stride: number): Value {
  const c = x.shape[1]!;
  if (!l.fits(c)) return l.b.slice(l.toRowMajor(x), [2, 3], [0, 0], x.shape.slice(2), [stride, stride]);
  return l.conv(l.toBlocked(x), l.b.filled(1, [c, 1, 1, 1]), { stride, pads: NO_PADS, groups: c });
}

/** [N, O, h, w] as a blocked kernel of O outputs and N inputs: [O / b, N / b, h, w, b of N, b of O]. */
function mapAsKernel(l: LayoutBuilder, g: Value): Value {
  return l.memoize('as a kernel', g, () => {
    const [n, o, h, w] = g.shape as [number, number, number, number];
    const { b, block } = l;
    const stored = b.reshape(l.toBlocked(g), [n / block, block, (o / block) * h * w, block]);
    const images = b.transpose(stored, [0, 2, 1, 3]);
    const sorted = n === block ? images : b.transpose(b.reshape(images, [n / block, o / block, h * w * block * block]), [1, 0, 2]);
    return b.reshape(sorted, [o, n, h, w]);
  });
}
