import type { ConvAttrs } from '../../ir/attributes.ts';
import type { Shape, Value } from '../../ir/value.ts';
import type { LayoutBuilder } from './layout-builder.ts';

/**
 * Blocked convolutions are onnxruntime's fastest on the CPU. onnxruntime converts a convolution itself only if its weights are
 * constant, as in inference. The weights of a training step are inputs, so its blocked convolutions are emitted here.
 */

/**
 * Whether a kernel [O, C / groups, kh, kw] can be blocked: O is a multiple of the block, and the kernel is depthwise or C is a
 * multiple of the block or less than one block (as in the stem).
 */
export function fitsKernel(l: LayoutBuilder, [o, i]: Shape, { groups }: ConvAttrs): boolean {
  return l.fits(o!) && (groups > 1 || l.fits(i!) || i! < l.block);
}

/** x [N, C, H, W], kernel [O, C / groups, kh, kw] -> [N, O, h, w], blocked. Fewer input channels than a block are read row-major. */
export function convolution(l: LayoutBuilder, x: Value, w: Value, bias: Value | null, attrs: ConvAttrs): Value {
  const hasFewChannels = attrs.groups === 1 && !l.fits(w.shape[1]!);
  return l.conv(hasFewChannels ? l.toRowMajor(x) : l.toBlocked(x), blockedKernel(l, w), { ...attrs, bias });
}

/**
 * [O, I, kh, kw] -> [O / b, I / b, kh, kw, b of I, b of O]; [O / b, I, kh, kw, b of O] for a depthwise kernel or fewer input
 * channels than a block. ReorderInput runs on the output channels as if they were a map's: several times faster than Transpose.
 */
export function blockedKernel(l: LayoutBuilder, w: Value): Value {
  const [o, i, kh, kw] = w.shape as [number, number, number, number];
  const block = l.block;
  const stored = l.toBlocked(l.b.reshape(w, [1, o, 1, i * kh * kw])); // [O / b, I, kh, kw, b]
  if (!l.fits(i) || kh * kw === 1) return l.b.reshape(stored, w.shape);
  const taps = l.b.reshape(stored, [(o / block) * (i / block), block, kh * kw, block]);
  return l.b.reshape(l.b.transpose(taps, [0, 2, 1, 3]), w.shape);
}
