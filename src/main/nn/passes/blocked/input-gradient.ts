import type { ConvAttrs } from '../../ir/attributes.ts';
import type { Shape, Value } from '../../ir/value.ts';
import { blockedKernel } from './conv.ts';
import type { LayoutBuilder } from './layout-builder.ts';

/**
 * Along one axis, input positions congruent modulo the stride share taps of the kernel. Each phase is dY convolved with its taps in
 * opposite order.
 */
interface Phase {
  firstTap: number; // the others follow a stride apart
  taps: number;
  before: number; // zeros before dY
  after: number;
}

/** One phase for each position within a stride, null where it meets no tap. Null where phases differ in length or would be cut. */
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
 * The gradient of a convolution's input, blocked: g [N, O, h, w], kernel [O, C / groups, kh, kw] -> `shape` [N, C, H, W]; null where
 * it can't be. With a stride each phase of the positions is a convolution of its own, and they are interleaved.
 */
export function inputGradient(l: LayoutBuilder, shape: Shape, w: Value, g: Value, { stride, pads, groups }: ConvAttrs): Value | null {
  if (groups === 1 && !(l.fits(w.shape[0]!) && l.fits(w.shape[1]!))) return null;
  const [down, across] = ([0, 1] as const).map((k) => phasesOf(shape[2 + k]!, w.shape[2 + k]!, g.shape[2 + k]!, pads[k], stride));
  if (!down || !across) return null;
  const phases = down.flatMap((row) => across.map((column) => (row && column ? ([row, column] as const) : null)));
  const met = phases.filter((phase) => phase !== null);
  if (met.length > 1 && met.length < phases.length) return null;
  const gradient = l.toBlocked(g);
  const turned = groups === 1 ? kernelForInputGradient(l, w) : w;
  const parts = met.map(([row, column]) => {
    const taps = { rows: tapsOf(row, stride), columns: tapsOf(column, stride) };
    const kernel = groups === 1 ? chosenTaps(l, turned, w.shape, taps) : blockedKernel(l, depthwiseTaps(l, w, taps));
    return l.conv(gradient, kernel, { stride: 1, pads: [row.before, column.before, row.after, column.after], groups });
  });
  if (phases.length === 1) return parts[0]!;
  return parts.length === 1 ? scatterPhase(l, parts[0]!, phases.indexOf(met[0]!), shape) : interleave(l, parts, shape);
}

/** Taps of a kernel along its axes. */
interface Taps {
  rows: readonly number[];
  columns: readonly number[];
}

const tapsOf = ({ firstTap, taps }: Phase, stride: number): number[] => Array.from({ length: taps }, (_, i) => firstTap + stride * (taps - 1 - i));

/** Blocked maps, one for each phase of rows and columns, as one map. */
function interleave(l: LayoutBuilder, parts: readonly Value[], shape: Shape): Value {
  const [n, c, height, width] = shape as [number, number, number, number];
  const { b, block } = l;
  const stride = Math.sqrt(parts.length);
  const position = [(n * c * height * width) / (stride * stride * block), block];
  const row = [(n * c * height) / (stride * block), width * block];
  const rows = Array.from({ length: stride }, (_, k) => {
    const columns = parts.slice(k * stride, (k + 1) * stride).map((part) => b.reshape(part, position));
    return b.reshape(b.concat(columns, 1), row);
  });
  return l.asBlocked(b.concat(rows, 1), shape);
}

/** A blocked map as one phase of a larger map, whose other phases are zeros. */
function scatterPhase(l: LayoutBuilder, part: Value, phase: number, shape: Shape): Value {
  const [n, c, h, w] = part.shape as [number, number, number, number];
  const { b, block } = l;
  const stride = shape[2]! / h;
  const [row, column] = [Math.floor(phase / stride), phase % stride];
  const stored = b.reshape(part, [(n * c * h) / block, 1, w, block]);
  return l.asBlocked(b.pad(stored, [0, row, 0, column * block], [0, stride - 1 - row, 0, (stride - 1 - column) * block]), shape);
}

/** [O, I, kh, kw] -> [(I / b) (O / b), kh kw, b of O by b of I]: each tap in one piece, so that taps can be chosen in any order. */
function kernelForInputGradient(l: LayoutBuilder, w: Value): Value {
  const [o, i, kh, kw] = w.shape as [number, number, number, number];
  const { b, block } = l;
  const stored = b.reshape(l.toBlocked(b.reshape(w, [o, i, 1, kh * kw])), [o / block, block, i / block, kh * kw, block]);
  return b.reshape(b.transpose(stored, [2, 0, 3, 1, 4]), [((i / block) * o) / block, kh * kw, block * block]);
}

/** Chosen taps of such a kernel of logical shape [O, I, kh, kw], as a blocked kernel of I outputs and O inputs. */
function chosenTaps({ b }: LayoutBuilder, kernel: Value, [o, i, , kw]: Shape, { rows, columns }: Taps): Value {
  const shape = [i!, o!, rows.length, columns.length];
  if (kernel.shape[1] === 1) return b.reshape(kernel, shape);
  const order = rows.flatMap((row) => columns.map((column) => row * kw! + column));
  return b.reshape(b.gather(kernel, order, 1), shape);
}

/** Chosen taps of a row-major kernel. */
function depthwiseTaps({ b }: LayoutBuilder, w: Value, { rows, columns }: Taps): Value {
  return b.gather(b.gather(w, rows, 2), columns, 3);
}
