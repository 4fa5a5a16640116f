import type { Emitter, Ref } from '../emit.ts';
import type { ConvAttrs } from './conv.ts';
import { kernelInBlocks } from './conv-in-blocks.ts';

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
  const phases = down.flatMap((row) => across.map((column) => (row && column ? ([row, column] as const) : null)));
  const met = phases.filter((phase) => phase !== null);
  if (met.length > 1 && met.length < phases.length) return null;
  const gradient = e.inBlocks(g);
  const places = groups === 1 ? placesForTheWayBack(e, w) : w;
  const parts = met.map(([row, column]) => {
    const chosen = { rows: turned(row, stride), columns: turned(column, stride) };
    const kernel = groups === 1 ? turnedKernel(e, places, w.shape, chosen) : kernelInBlocks(e, chosenPlaces(e, w, chosen));
    return e.blockConv(gradient, kernel, { stride: 1, pads: [row.before, column.before, row.after, column.after], group: groups });
  });
  if (phases.length === 1) return parts[0]!;
  return parts.length === 1 ? amongZeros(e, parts[0]!, phases.indexOf(met[0]!), x.shape) : interleaved(e, parts, x.shape);
}

/** Places of a kernel along its axes. */
interface Chosen {
  rows: readonly number[];
  columns: readonly number[];
}

const turned = ({ first, places }: Phase, stride: number): number[] => Array.from({ length: places }, (_, i) => first + stride * (places - 1 - i));

/** Maps in blocks, one for each phase of rows and columns, set in turn. */
function interleaved(e: Emitter, parts: readonly Ref[], shape: readonly number[]): Ref {
  const [n, c, height, width] = shape as [number, number, number, number];
  const [b, stride] = [e.block, Math.sqrt(parts.length)];
  const place = [(n * c * height * width) / (stride * stride * b), b];
  const row = [(n * c * height) / (stride * b), width * b];
  const rows = Array.from({ length: stride }, (_, k) => {
    const inTurn = parts.slice(k * stride, (k + 1) * stride).map((part) => e.reshape(e.asItLies(part), place));
    return e.reshape(e.concat(inTurn, 1), row);
  });
  return e.lyingInBlocks(e.concat(rows, 1), shape);
}

/** A map in blocks as one of a larger map's phases, the others of which are zeros. */
function amongZeros(e: Emitter, part: Ref, phase: number, shape: readonly number[]): Ref {
  const [n, c, h, w] = part.shape as [number, number, number, number];
  const b = e.block;
  const stride = shape[2]! / h;
  const [row, column] = [Math.floor(phase / stride), phase % stride];
  const lying = e.reshape(e.asItLies(part), [(n * c * h) / b, 1, w, b]);
  return e.lyingInBlocks(e.pad(lying, [0, row, 0, column * b], [0, stride - 1 - row, 0, (stride - 1 - column) * b]), shape);
}

/** [O, I, kh, kw] -> [(I / b) (O / b), kh kw, b of O by b of I]: each place whole, so that places can be taken in any order. */
function placesForTheWayBack(e: Emitter, w: Ref): Ref {
  const [o, i, kh, kw] = w.shape as [number, number, number, number];
  const b = e.block;
  const laid = e.reshape(e.asItLies(e.inBlocks(e.reshape(w, [o, i, 1, kh * kw]))), [o / b, b, i / b, kh * kw, b]);
  return e.reshape(e.transpose(laid, [2, 0, 3, 1, 4]), [((i / b) * o) / b, kh * kw, b * b]);
}

/** Chosen places of such a kernel of shape [O, I, kh, kw], as one of I outputs and O inputs in blocks. */
function turnedKernel(e: Emitter, places: Ref, [o, i, , kw]: readonly number[], { rows, columns }: Chosen): Ref {
  const shape = [i!, o!, rows.length, columns.length];
  if (places.shape[1] === 1) return e.reshape(places, shape);
  const order = rows.flatMap((row) => columns.map((column) => row * kw! + column));
  return e.reshape(e.gather(places, order, 1), shape);
}

/** Chosen places of a kernel as it lies row by row. */
function chosenPlaces(e: Emitter, w: Ref, { rows, columns }: Chosen): Ref {
  return e.gather(e.gather(w, rows, 2), columns, 3);
}
