import { type CellAxis, type CellPlacement, evenAxis, evenPlacement } from '../../../shared/maps/placement.ts';
import { ENCODED } from '../backbones/builder.ts';
import type { ConvAttrs, MaxPoolAttrs } from '../ir/attributes.ts';
import { ProgramBuilder } from '../ir/build/builder.ts';
import { type Instruction, isOf, type SourceProgram } from '../ir/program.ts';
import { PRIMITIVES } from '../ir/primitives/index.ts';
import type { Value } from '../ir/value.ts';

/**
 * Which pixels the first cell of a map depends on; pixel k covers k to k + 1. `rows` has three values for each channel: its energy, which is
 * the expected square of its derivatives, summed over the pixels; and its moments down and across, which are the same with each square times
 * the position of its pixel. The true values are `rows` times exp(log) / 2^halvings, which keeps `rows` within the range of float32 at any
 * depth.
 */
interface Response {
  rows: Value; // [3, C], or [3, 1]: summed over channels
  log: Value; // [1, 1]
  halvings: number; // activations passed
  jump: number; // px from cell to cell
}

/** A program with the position of a map's cells. */
export interface PlacedMap {
  program: SourceProgram;
  /** [2]: the centre of the first cell, down and across, px. Depends on the parameters only, so an engine can compute it once. */
  centre: Value;
  /** `centre`: its computed value. */
  placementAt(centre: Float32Array): CellPlacement;
}

/**
 * Appends the position of a map [N, C, h, w] that the program computes from its input `images` [N, 3, H, W]: a cell is at the centre of
 * its response to the images. A convolution maps energy E and moments M of its input channels i to those of its output channels o; tap k is
 * at x_k and has weight w:
 *
 *   E_o = sum over i and k of w_oik² E_i,   M_o = sum over i and k of w_oik² (M_i + jump x_k E_i),   centre = sum of M / sum of E
 *
 * E is the expected squared derivative where the terms of a sum have independent signs. ReLU passes half of it, and paths that meet add
 * up. Kernels with the same weights everywhere give the middle of the receptive field (the recurrences of Araujo, Norris and Sim,
 * "Computing Receptive Fields of Convolutional Neural Networks", Distill 2019). Trained kernels compensate for uneven padding: with
 * Keras's MobileNetV2 0.35 at 224 px that middle is 0.48 cells from an even division of the image, this centre 0.21, and the centroid of the
 * measured squared gradient 0.18 across and 0.12 down.
 * Operations between channels or tokens keep the position: a token is where its patch is, although attention reads all of them.
 * In a concatenation, maps of other strides than the last were resized to the last one's cells, so it alone says where these are.
 * The cells of an imported encoder divide the image evenly, as patches do; what its layers read is not known.
 */
export function placeCells(source: SourceProgram, map: Value): PlacedMap {
  const b = new ProgramBuilder(source);
  const images = source.inputs.get('images')!;
  const found = responses(b, source, images).get(map);
  const [height, width] = images.shape.slice(2) as [number, number];
  if (!found) {
    if (!source.inputs.has(ENCODED)) throw new Error('The map does not depend on the images.');
    const [rows, columns] = map.shape.slice(2) as [number, number];
    const even = evenPlacement(columns, rows);
    const centre = b.constant(Float32Array.of(even.down.first * height, even.across.first * width), [2]);
    return { program: b, centre, placementAt: () => even };
  }
  const { rows, jump } = sumChannels(b, found);
  const centre = b.reshape(b.div(b.slice(rows, [0], [1], [3]), energyOf(b, rows)), [2]);
  return {
    program: b,
    centre,
    placementAt: (at) => ({ down: axisAt(at[0]!, jump, height, map.shape[2]!), across: axisAt(at[1]!, jump, width, map.shape[3]!) }),
  };
}

/** In a network whose kernels are all zero nothing responds: its cells divide the image evenly. */
const axisAt = (first: number, jump: number, side: number, cells: number): CellAxis =>
  Number.isFinite(first) ? { first: first / side, step: jump / side } : evenAxis(cells);

/** The response of every value that depends on the images. */
function responses(b: ProgramBuilder, { instructions }: SourceProgram, images: Value): ReadonlyMap<Value, Response> {
  const channels = images.shape[1]!;
  const rows = b.constant(
    Float32Array.from({ length: 3 * channels }, (_, i) => (i < channels ? 1 : 0.5)), // 0.5: the middle of pixel 0
    [3, channels],
  );
  const found = new Map<Value, Response>([[images, { rows, log: b.filled(0, [1, 1]), halvings: 0, jump: 1 }]]);
  for (const instruction of instructions) {
    const inputs = instruction.inputs.flatMap((value) => found.get(value) ?? []);
    if (inputs.length === 0) continue;
    const response = responseOf(b, instruction, inputs);
    for (const output of instruction.outputs) found.set(output, response);
  }
  return found;
}

/** The response of an instruction's outputs. `inputs`: the responses of those inputs that depend on the images. */
function responseOf(b: ProgramBuilder, instruction: Instruction, inputs: readonly Response[]): Response {
  const [x] = inputs as [Response];
  if (isOf(instruction, PRIMITIVES.conv)) return afterConv(b, x, instruction.inputs[1]!, instruction.attrs);
  if (isOf(instruction, PRIMITIVES.maxPool)) return afterPool(b, x, instruction.attrs);
  const [from, to] = [instruction.inputs, instruction.outputs].map((values) => values.find(({ shape }) => shape.length === 4)?.shape);
  if (instruction.operation === PRIMITIVES.matmul && from && to) return afterResize(b, x, from, to);
  if (instruction.operation === PRIMITIVES.clamp) return { ...x, halvings: x.halvings + 1 };
  const isAdd = instruction.operation === PRIMITIVES.add;
  if (isAdd && inputs.length === 1) return x; // a bias
  const placed = instruction.operation === PRIMITIVES.concat ? inputs.filter(({ jump }) => jump === inputs.at(-1)!.jump) : inputs;
  const terms = isAdd ? inputs : placed.map((one) => sumChannels(b, one));
  const sum = terms.reduce((one, other) => addResponses(b, one, other));
  return isAdd ? sum : sumChannels(b, sum);
}

function afterConv(b: ProgramBuilder, x: Response, kernel: Value, { stride, pads, groups, dilation = [1, 1] }: ConvAttrs): Response {
  const [out, perGroup, height, width] = kernel.shape as [number, number, number, number];
  const taps = height * width;
  const squares = b.reshape(b.square(kernel), [out, perGroup, taps]);
  const weights = taps === 1 ? b.reshape(squares, [out, perGroup]) : b.sum(squares, [2]); // [O, I / groups]
  const isDense = groups === 1 && x.rows.shape[1] !== 1;
  let rows = isDense ? b.matmul(x.rows, weights, { transposeB: true }) : b.mul(x.rows, b.reshape(b.sum(weights, [1]), [1, out])); // [3, O]
  // Of each tap, in px: what it adds to the rows, as multiples of the energy.
  const positions = Float32Array.from({ length: taps * 3 }, (_, i) => {
    const [tap, row] = [Math.floor(i / 3), i % 3];
    return x.jump * [0, Math.floor(tap / width) * dilation[0] - pads[0], (tap % width) * dilation[1] - pads[1]][row]!;
  });
  if (positions.some((position) => position !== 0)) {
    const energy = energyOf(b, x.rows);
    const atTaps = isDense // [O, taps]
      ? b.reshape(b.matmul(b.reshape(energy, [1, 1, perGroup]), squares), [out, taps])
      : b.mul(b.reshape(b.sum(squares, [1]), [out, taps]), b.reshape(energy, [energy.shape[1]!, 1]));
    rows = b.add(rows, b.transpose(b.matmul(atTaps, b.constant(positions, [taps, 3])), [1, 0]));
  }
  const total = b.sum(energyOf(b, rows), [0, 1], true);
  const log = b.add(x.log, b.log(total));
  const channels = x.rows.shape[1] === 1 ? perGroup * groups : 1; // that share the energy of one column
  return { rows: b.div(rows, total), log: b.sub(log, b.scalar(Math.log(channels))), halvings: x.halvings, jump: x.jump * stride };
}

/** An image or map [N, C, H, W] resized by area (nn/functional/resize-area.ts), one direction at a time: the height, then the width. */
function afterResize(b: ProgramBuilder, { rows, jump, ...rest }: Response, from: readonly number[], to: readonly number[]): Response {
  const [down, across] = [from[2]! / to[2]!, from[3]! / to[3]!];
  const shifts = b.constant(Float32Array.of(0, (jump * (down - 1)) / 2, (jump * (across - 1)) / 2), [3, 1]);
  return { rows: b.add(rows, b.mul(shifts, energyOf(b, rows))), jump: jump * across, ...rest };
}

/** The maximum is equally often at each position of its window. */
function afterPool(b: ProgramBuilder, { rows, jump, ...rest }: Response, { kernel, stride, pad }: MaxPoolAttrs): Response {
  const shift = jump * ((kernel - 1) / 2 - pad);
  const shifts = b.constant(Float32Array.of(0, shift, shift), [3, 1]);
  return { rows: shift === 0 ? rows : b.add(rows, b.mul(shifts, energyOf(b, rows))), jump: jump * stride, ...rest };
}

/** [1, C] */
const energyOf = (b: ProgramBuilder, rows: Value): Value => b.slice(rows, [0], [0], [1]);

/** The response of the sum of two values. */
function addResponses(b: ProgramBuilder, one: Response, other: Response): Response {
  if (one.jump !== other.jump) throw new Error(`Maps whose cells are ${one.jump} and ${other.jump} px apart can't be joined.`);
  const halvings = Math.min(one.halvings, other.halvings);
  const logOf = (path: Response): Value => b.sub(path.log, b.scalar((path.halvings - halvings) * Math.LN2));
  const [first, second] = [logOf(one), logOf(other)];
  const log = b.maximum(first, second);
  const [x, y] = [b.mul(one.rows, b.exp(b.sub(first, log))), b.mul(other.rows, b.exp(b.sub(second, log)))];
  return { rows: b.add(x, y), log, halvings, jump: one.jump };
}

/** With one column: the sum over channels. */
const sumChannels = (b: ProgramBuilder, { rows, ...rest }: Response): Response => ({ rows: b.sum(rows, [1], true), ...rest });
