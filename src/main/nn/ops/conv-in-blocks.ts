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

/** Every image's every channel a group of its own, whose kernel is the output's gradient; then summed over images. */
export function depthwiseKernelGradientInBlocks(e: Emitter, x: Ref, w: Ref, g: Ref, { stride, pads }: ConvAttrs): Ref {
  const [n, c] = x.shape as [number, number];
  const images = e.reshapedAsItLies(e.inBlocks(x), [1, n * c, ...x.shape.slice(2)]);
  const kernels = e.reshapedAsItLies(e.inBlocks(g), [n * c, 1, ...g.shape.slice(2)]);
  const out = e.blockConv(images, kernels, { stride: 1, pads, group: n * c, dilation: stride });
  const cropped = e.slice(out, [2, 3], [0, 0], w.shape.slice(2));
  return e.sum(e.reshape(cropped, [n, ...w.shape]), [0], false);
}

/**
 * A dense kernel's gradient as a convolution whose images are x's channels, whose channels are x's images, and whose kernel is the
 * output's gradient; of whole blocks of images. Padded beforehand: at a border the kernels work place by place.
 */
export function kernelGradientInBlocks(e: Emitter, x: Ref, w: Ref, g: Ref, { stride, pads }: ConvAttrs): Ref {
  const size = x.shape.slice(2);
  const after = size.map((d, k) => (g.shape[2 + k]! - 1) * stride + w.shape[2 + k]! - d - pads[k]!);
  const turned = e.transpose(x, [1, 0, 2, 3]); // [C, N, H, W]
  const reached = after.every((a) => a >= 0)
    ? turned
    : e.slice(
        turned,
        [2, 3],
        [0, 0],
        size.map((d, k) => d + Math.min(after[k]!, 0)),
      );
  const padded = e.pad(reached, [0, 0, pads[0], pads[1]], [0, 0, ...after.map((a) => Math.max(a, 0))]);
  const out = e.blockConv(e.inBlocks(padded), mapAsKernel(e, g), { stride: 1, pads: [0, 0, 0, 0], group: 1, dilation: stride });
  return e.transpose(out, [1, 0, 2, 3]); // [C, O, kh, kw] -> [O, C, kh, kw]
}

/** [N, O, h, w] as the kernel of O outputs and N inputs: [O / b, N / b, h, w, b of N, b of O]. */
function mapAsKernel(e: Emitter, g: Ref): Ref {
  const [n, o, h, w] = g.shape as [number, number, number, number];
  const b = e.block;
  const lying = e.reshape(e.asItLies(e.inBlocks(g)), [n / b, b, (o / b) * h * w, b]);
  const images = e.reshape(e.transpose(lying, [0, 2, 1, 3]), [n / b, o / b, h * w * b * b]);
  return e.reshape(e.transpose(images, [1, 0, 2]), [o, n, h, w]);
}

/**
 * Along one axis, places of the input that lie a stride apart meet the same places of a kernel: their gradient is the output's,
 * convolved with these, turned.
 */
interface Phase {
  first: number; // place of the kernel; the others follow a stride apart
  places: number; // how many
  before: number; // zeros before the output's gradient
  after: number;
}

/** One phase for each place within a stride, null where it meets none of the kernel's. Null where phases differ in length or would be cut. */
function phasesOf(size: number, kernel: number, out: number, pad: number, stride: number): (Phase | null)[] | null {
  if (size % stride !== 0) return null;
  const phases = Array.from({ length: stride }, (_, at): Phase | null => {
    const first = (at + pad) % stride;
    const places = Math.ceil((kernel - first) / stride);
    if (places <= 0) return null;
    const before = places - 1 - (at + pad - first) / stride;
    return { first, places, before, after: size / stride - out - before + places - 1 };
  });
  return phases.some((p) => p && (p.before < 0 || p.after < 0)) ? null : phases;
}

/**
 * The gradient g [N, O, h, w] of a convolution taken back through its kernel [O, C / groups, kh, kw] to [N, C, H, W], in blocks; null
 * where it can't be. With a stride each phase of the places is a convolution of its own, and they are interleaved.
 */
export function inputGradientInBlocks(e: Emitter, x: Ref, w: Ref, g: Ref, { stride, pads, groups }: ConvAttrs): Ref | null {
  if (groups === 1 && !(e.fitsBlocks(w.shape[0]!) && e.fitsBlocks(w.shape[1]!))) return null;
  const [down, across] = [0, 1].map((k) => phasesOf(x.shape[2 + k]!, w.shape[2 + k]!, g.shape[2 + k]!, pads[k]!, stride));
  if (!down || !across) return null;
  const gradient = e.inBlocks(g);
  const part = (row: Phase, column: Phase): Ref => {
    const places = stride === 1 ? w : e.slice(w, [2, 3], [row.first, column.first], w.shape.slice(2), [stride, stride]);
    const kernel = groups === 1 ? turnedKernelInBlocks(e, places) : kernelInBlocks(e, e.flip(places, [2, 3]));
    return e.blockConv(gradient, kernel, { stride: 1, pads: [row.before, column.before, row.after, column.after], group: groups });
  };
  const parts = down.map((row) => across.map((column) => (row && column ? part(row, column) : null)));
  return stride === 1 ? parts[0]![0]! : interleaved(e, parts, x.shape);
}

/** Maps in blocks, one for each phase of rows and columns, set in turn; null: zeros. */
function interleaved(e: Emitter, parts: readonly (readonly (Ref | null)[])[], shape: readonly number[]): Ref {
  const [n, c, height, width] = shape as [number, number, number, number];
  const [b, stride] = [e.block, parts.length];
  const zeros = (of: readonly number[]): Ref => e.node('Expand', [e.scalar(0), e.ints(of)], of);
  const place = [(n * c * height * width) / (stride * stride * b), b];
  const row = [(n * c * height) / (stride * b), width * b];
  const rows = parts.map((columns) => {
    if (columns.every((part) => part === null)) return zeros(row);
    const inTurn = columns.map((part) => (part ? e.reshape(e.asItLies(part), place) : zeros(place)));
    return e.reshape(e.concat(inTurn, 1), row);
  });
  return e.lyingInBlocks(e.concat(rows, 1), shape);
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
