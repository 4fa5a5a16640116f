import type { ConvAttrs } from '../../ir/attributes.ts';
import type { Shape, Value } from '../../ir/value.ts';
import type { LayoutBuilder } from './layout-builder.ts';

/**
 * Convolutions of blocked maps are onnxruntime's fastest on a processor. It uses them by itself where weights are constant, so for
 * inference; here they are written into a training step, whose weights are inputs.
 */

/** Whether a kernel [O, C / groups, kh, kw] can be blocked: whole blocks of channels, or the few input channels of an image. */
export function fitsKernel(l: LayoutBuilder, [o, i]: Shape, { groups }: ConvAttrs): boolean {
  return l.fits(o!) && (groups > 1 || l.fits(i!) || i! < l.block);
}

/** x [N, C, H, W], kernel [O, C / groups, kh, kw] -> [N, O, h, w], blocked. Few input channels are read row-major. */
export function convolution(l: LayoutBuilder, x: Value, w: Value, bias: Value | null, attrs: ConvAttrs): Value {
  const hasFewChannels = attrs.groups === 1 && !l.fits(w.shape[1]!);
  return l.conv(hasFewChannels ? l.toRowMajor(x) : l.toBlocked(x), blockedKernel(l, w), { ...attrs, bias });
}

/**
 * [O, I, kh, kw] -> [O / b, I / b, kh, kw, b of I, b of O]; [O / b, I, kh, kw, b] where input channels are few, as in a depthwise
 * kernel. Reordered as if each output channel were a map's: several times as fast as a transposition number by number.
 */
export function blockedKernel(l: LayoutBuilder, w: Value): Value {
  const [o, i, kh, kw] = w.shape as [number, number, number, number];
  const block = l.block;
  const stored = l.toBlocked(l.b.reshape(w, [1, o, 1, i * kh * kw])); // [O / b, I, kh, kw, b]
  if (!l.fits(i) || kh * kw === 1) return l.b.reshape(stored, w.shape);
  const taps = l.b.reshape(stored, [(o / block) * (i / block), block, kh * kw, block]);
  return l.b.reshape(l.b.transpose(taps, [0, 2, 1, 3]), w.shape);
}
