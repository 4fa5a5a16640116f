import type { Emitter, Ref } from '../emit.ts';
import type { ConvAttrs } from './conv.ts';

/**
 * Convolutions on maps whose channels lie in blocks: onnxruntime's fastest kernels on a processor. It takes them by itself where
 * weights are constant, so for inference; here they are written into a training step, whose weights move.
 */

/**
 * Whether to: depthwise always; dense where a kernel has more than one place and many channels, or makes them of an image's few; and
 * where few channels become many, of which the few have to be laid out. Narrower networks would gain too (compact 13 %), but the
 * drawn sample's maps were judged with sums in the order of rows, and other orders of rounding train another network.
 */
export function paysInBlocks(e: Emitter, x: Ref, [o, i, kh, kw]: readonly number[], { groups }: ConvAttrs): boolean {
  if (!e.fitsBlocks(o!)) return false;
  if (groups > 1) return true;
  if (kh! * kw! > 1) return i! < e.block ? o! >= 32 : e.fitsBlocks(i!) && i! >= 64 && o! >= 64;
  return e.fitsBlocks(i!) && o! >= 3 * i! && !x.blocked;
}

/** x [N, C, H, W], kernel [O, C / groups, kh, kw] -> [N, O, h, w], in blocks. Few channels, an image's, are read as they lie. */
export function convInBlocks(e: Emitter, x: Ref, w: Ref, bias: Ref | null, { stride, pads, groups }: ConvAttrs): Ref {
  const few = groups === 1 && !e.fitsBlocks(w.shape[1]!);
  return e.blockConv(few ? e.inRows(x) : e.inBlocks(x), kernelInBlocks(e, w), { stride, pads, group: groups, bias });
}

/** Every image's every channel a group of its own, whose kernel is the output's gradient; then summed over images. */
export function depthwiseKernelGradientInBlocks(e: Emitter, x: Ref, w: Ref, g: Ref, { stride, pads }: ConvAttrs): Ref {
  const [n, c] = x.shape as [number, number];
  const images = e.reshapedAsItLies(e.inBlocks(x), [1, n * c, ...x.shape.slice(2)]);
  const kernels = e.reshapedAsItLies(e.inBlocks(g), [n * c, 1, ...g.shape.slice(2)]);
  const out = e.blockConv(images, kernels, { stride: 1, pads, group: n * c, dilation: stride });
  const cropped = e.slice(out, [2, 3], [0, 0], w.shape.slice(2));
  return e.sum(e.reshape(cropped, [n, ...w.shape]), [0], false);
}

/** The gradient g [N, O, h, w] of a convolution with stride 1, taken back through its kernel [O, C / groups, kh, kw], in blocks. */
export function inputGradientInBlocks(e: Emitter, g: Ref, w: Ref, { pads, groups }: ConvAttrs): Ref {
  const [kh, kw] = w.shape.slice(2) as [number, number];
  const turned = [kh - 1 - pads[0], kw - 1 - pads[1], kh - 1 - pads[2], kw - 1 - pads[3]];
  const kernel = groups === 1 ? turnedKernelInBlocks(e, w) : kernelInBlocks(e, e.flip(w, [2, 3]));
  return e.blockConv(e.inBlocks(g), kernel, { stride: 1, pads: turned, group: groups });
}

/**
 * [O, I, kh, kw] -> [O / b, I / b, kh, kw, b of I, b of O]; [O / b, I, kh, kw, b] where input channels are few, as in a depthwise
 * one. Laid out as if each output channel were a map's: several times as quick as a transposition number by number.
 */
function kernelInBlocks(e: Emitter, w: Ref): Ref {
  const [o, i, kh, kw] = w.shape as [number, number, number, number];
  const b = e.block;
  const laid = e.asItLies(e.inBlocks(e.reshape(w, [1, o, 1, i * kh * kw]))); // [O / b, I, kh, kw, b]
  if (!e.fitsBlocks(i) || kh * kw === 1) return e.reshape(laid, w.shape);
  return e.reshape(e.transpose(e.reshape(laid, [(o / b) * (i / b), b, kh * kw, b]), [0, 2, 1, 3]), w.shape);
}

/** [O, I, kh, kw] -> that of the kernel [I, O, kh, kw] turned by 180 degrees: [I / b, O / b, kh, kw, b of O, b of I]. */
function turnedKernelInBlocks(e: Emitter, w: Ref): Ref {
  const [o, i, kh, kw] = w.shape as [number, number, number, number];
  const b = e.block;
  const laid = e.reshape(e.asItLies(e.inBlocks(e.reshape(w, [o, i, 1, kh * kw]))), [o / b, b, i / b, kh * kw, b]);
  const turned = kh * kw === 1 ? laid : e.flip(laid, [3]);
  return e.reshape(e.transpose(turned, [2, 0, 3, 1, 4]), [i, o, kh, kw]);
}
