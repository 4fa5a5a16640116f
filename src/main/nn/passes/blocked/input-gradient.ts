import type { ConvAttrs } from '../../ir/attributes.ts';
import type { Shape, Value } from '../../ir/value.ts';
import { blockedKernel } from './conv.ts';
import type { LayoutBuilder } from './layout-builder.ts';

/**
 * Along one axis, input positions congruent modulo the stride share kernel taps; they form a phase. dX of a phase is dY convolved
 * with its flipped taps.
 */
interface Phase {
  firstTap: number; // the others follow at multiples of the stride
  taps: number;
  before: number; // zeros before dY
  after: number;
}

/**
 * One phase for each position modulo the stride; a null entry where no tap reaches it. Returns null where phases would differ in
 * length or dY would need cropping.
 */
function phasesOf(size: number, kernel: number, out: number, pad: number, stride: number): (Phase | null)[] | null {
  if (size % stride !== 0) return null;
  const phases = Array.from({ length: stride }, (_, at): Phase | null => {
    const firstTap = (at + pad) % stride;
    const taps = Math.ceil((kernel - firstTap) / stride);
    if (taps <= 0) return null;
    const before = taps - 1 - (at + pad - firstTap) / stride;
    return { firstTap, taps, before, after: size / stride - out - before + taps - 1 };
  });
  return phases.some((p) => p && (p.before < 0 || p.after < 0)) ? null : phases;
}

/**
 * Gradient of a convolution with respect to its input, blocked: g = dY [N, O, h, w], kernel [O, C / groups, kh, kw] -> `shape`
 * [N, C, H, W]; null where the sizes don't allow it. With a stride each phase is its own convolution, and the phases are interleaved.
 */
export function inputGradient(l: LayoutBuilder, shape: Shape, w: Value, g: Value, { stride, pads, groups }: ConvAttrs): Value | null {
  if (groups === 1 && !(l.fits(w.shape[0]!) && l.fits(w.shape[1]!))) return null;
  const [rowPhases, columnPhases] = ([0, 1] as const).map((k) => phasesOf(shape[2 + k]!, w.shape[2 + k]!, g.shape[2 + k]!, pads[k], stride));
  if (!rowPhases || !columnPhases) return null;
  const phases = rowPhases.flatMap((row) => columnPhases.map((column) => (row && column ? ([row, column] as const) : null)));
  const active = phases.filter((phase) => phase !== null);
  if (active.length > 1 && active.length < phases.length) return null;
  const gradient = l.toBlocked(g);
  const reordered = groups === 1 ? kernelForInputGradient(l, w) : w;
  const parts = active.map(([row, column]) => {
    const taps = { rows: tapsOf(row, stride), columns: tapsOf(column, stride) };
    const kernel = groups === 1 ? selectTaps(l, reordered, w.shape, taps) : blockedKernel(l, selectDepthwiseTaps(l, w, taps));
    return l.conv(gradient, kernel, { stride: 1, pads: [row.before, column.before, row.after, column.after], groups });
  });
  if (phases.length === 1) return parts[0]!;
  return parts.length === 1 ? scatterPhase(l, parts[0]!, phases.indexOf(active[0]!), shape) : interleave(l, parts, shape);
}

/** Indices of taps along the kernel's axes. */
interface Taps {
  rows: readonly number[];
  columns: readonly number[];
}

/** The phase's taps, flipped. */
const tapsOf = ({ firstTap, taps }: Phase, stride: number): number[] => Array.from({ length: taps }, (_, i) => firstTap + stride * (taps - 1 - i));

/** Interleaves blocked maps, one for each phase of rows and columns, into one map of `shape`. */
function interleave(l: LayoutBuilder, parts: readonly Value[], shape: Shape): Value {
  const [n, c, height, width] = shape as [number, number, number, number];
  const { b, block } = l;
  const stride = Math.sqrt(parts.length);
  const positionShape = [(n * c * height * width) / (stride * stride * block), block];
  const rowShape = [(n * c * height) / (stride * block), width * block];
  const rows = Array.from({ length: stride }, (_, k) => {
    const columns = parts.slice(k * stride, (k + 1) * stride).map((part) => b.reshape(part, positionShape));
    return b.reshape(b.concat(columns, 1), rowShape);
  });
  return l.asBlocked(b.concat(rows, 1), shape);
}

/** Scatters a blocked map into one phase of a map of `shape`. The other phases are zero. */
function scatterPhase(l: LayoutBuilder, part: Value, phase: number, shape: Shape): Value {
  const [n, c, h, w] = part.shape as [number, number, number, number];
  const { b, block } = l;
  const stride = shape[2]! / h;
  const [row, column] = [Math.floor(phase / stride), phase % stride];
  const stored = b.reshape(part, [(n * c * h) / block, 1, w, block]);
  return l.asBlocked(b.pad(stored, [0, row, 0, column * block], [0, stride - 1 - row, 0, (stride - 1 - column) * block]), shape);
}

/** [O, I, kh, kw] -> [(I / b) (O / b), kh kw, b of O * b of I]. Each tap is contiguous, so taps can be gathered in any order. */
function kernelForInputGradient(l: LayoutBuilder, w: Value): Value {
  const [o, i, kh, kw] = w.shape as [number, number, number, number];
  const { b, block } = l;
  const stored = b.reshape(l.toBlocked(b.reshape(w, [o, i, 1, kh * kw])), [o / block, block, i / block, kh * kw, block]);
  return b.reshape(b.transpose(stored, [2, 0, 3, 1, 4]), [((i / block) * o) / block, kh * kw, block * block]);
}

/** Selects taps of a result of `kernelForInputGradient` (logical [O, I, kh, kw]), as a blocked kernel of I outputs and O inputs. */
function selectTaps({ b }: LayoutBuilder, kernel: Value, [o, i, , kw]: Shape, { rows, columns }: Taps): Value {
  const shape = [i!, o!, rows.length, columns.length];
  if (kernel.shape[1] === 1) return b.reshape(kernel, shape);
  const order = rows.flatMap((row) => columns.map((column) => row * kw! + column));
  return b.reshape(b.gather(kernel, order, 1), shape);
}

/** Selects taps of a row-major kernel. */
function selectDepthwiseTaps({ b }: LayoutBuilder, w: Value, { rows, columns }: Taps): Value {
  return b.gather(b.gather(w, rows, 2), columns, 3);
}
