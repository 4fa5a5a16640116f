import type { Emitter, Ref } from '../emit.ts';
import type { ConvAttrs } from './conv.ts';

/**
 * Convolutions on maps whose channels lie in blocks: onnxruntime's fastest kernels on a processor. It takes them by itself where
 * weights are constant, so for inference; here they are written into a training step, whose weights move.
 */

/** Whether a kernel [O, C / groups, kh, kw] can: whole blocks of channels, or the few of an image. */
export function canLieInBlocks(e: Emitter, [o, i]: readonly number[], { groups }: ConvAttrs): boolean {
  return e.fitsBlocks(o!) && (groups > 1 || e.fitsBlocks(i!) || i! < e.block);
}

/** x [N, C, H, W], kernel [O, C / groups, kh, kw] -> [N, O, h, w], in blocks. Few channels, an image's, are read as they lie. */
export function convInBlocks(e: Emitter, x: Ref, w: Ref, bias: Ref | null, { stride, pads, groups }: ConvAttrs): Ref {
  const few = groups === 1 && !e.fitsBlocks(w.shape[1]!);
  return e.blockConv(few ? e.inRows(x) : e.inBlocks(x), kernelInBlocks(e, w), { stride, pads, group: groups, bias });
}

/**
 * [O, I, kh, kw] -> [O / b, I / b, kh, kw, b of I, b of O]; [O / b, I, kh, kw, b] where input channels are few, as in a depthwise
 * one. Laid out as if each output channel were a map's: several times as quick as a transposition number by number.
 */
export function kernelInBlocks(e: Emitter, w: Ref): Ref {
  const [o, i, kh, kw] = w.shape as [number, number, number, number];
  const b = e.block;
  const laid = e.asItLies(e.inBlocks(e.reshape(w, [1, o, 1, i * kh * kw]))); // [O / b, I, kh, kw, b]
  if (!e.fitsBlocks(i) || kh * kw === 1) return e.reshape(laid, w.shape);
  return e.reshape(e.transpose(e.reshape(laid, [(o / b) * (i / b), b, kh * kw, b]), [0, 2, 1, 3]), w.shape);
}
