import { type CellAxis, type CellPlacement, evenAxis } from '../../../shared/maps/placement.ts';
import type { ConvAttrs, MaxPoolAttrs } from '../ir/attributes.ts';
import { ProgramBuilder } from '../ir/build/builder.ts';
import { type Instruction, isOf, type SourceProgram } from '../ir/program.ts';
import { PRIMITIVES } from '../ir/primitives/index.ts';
import { allAxes } from '../ir/shapes.ts';
import type { Value } from '../ir/value.ts';

/**
 * Which pixels the first cell of a map depends on, down and across; pixel k covers k to k + 1. `energy`: the expected square of a
 * channel's derivatives, summed over the pixels. `moments`: the same, each square times its pixel's position. [1, C] each, or [1, 1] where
 * they are summed over channels. The true values are these times exp(log), which keeps both within the range of float32 at any depth.
 */
interface Response {
  energy: Value;
  moments: Sides;
  log: Value; // [1, 1]
  jump: number; // px from cell to cell
}

/** Down and across. */
type Sides = readonly [Value, Value];

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
 */
export function placeCells(source: SourceProgram, map: Value): PlacedMap {
  const b = new ProgramBuilder(source);
  const images = source.inputs.get('images')!;
  const found = responses(b, source, images).get(map);
  if (!found) throw new Error('The map does not depend on the images.');
  const { energy, moments, jump } = sumChannels(b, found);
  const centre = b.concat(
    moments.map((moment) => b.reshape(b.div(moment, energy), [1])),
    0,
  );
  const [height, width] = images.shape.slice(2) as [number, number];
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
  const half = b.filled(0.5, [1, channels]); // the middle of pixel 0
  const found = new Map<Value, Response>([
    [images, { energy: b.filled(1, [1, channels]), moments: [half, half], log: b.filled(0, [1, 1]), jump: 1 }],
  ]);
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
  if (instruction.operation === PRIMITIVES.clamp) return { ...x, log: b.add(x.log, b.scalar(Math.log(0.5))) };
  const isAdd = instruction.operation === PRIMITIVES.add;
  if (isAdd && inputs.length === 1) return x; // a bias
  const terms = isAdd ? inputs : inputs.map((one) => sumChannels(b, one));
  const sum = terms.reduce((one, other) => addResponses(b, one, other));
  return isAdd ? sum : sumChannels(b, sum);
}

function afterConv(b: ProgramBuilder, x: Response, kernel: Value, { stride, pads, groups, dilation = [1, 1] }: ConvAttrs): Response {
  const [out, , height, width] = kernel.shape as [number, number, number, number];
  const square = b.square(kernel); // [O, I / groups, kh, kw]
  const down = b.constant(
    Float32Array.from({ length: height }, (_, k) => k * dilation[0] - pads[0]),
    [height, 1],
  );
  const across = b.constant(
    Float32Array.from({ length: width }, (_, k) => k * dilation[1] - pads[1]),
    [1, width],
  );
  const weights = b.sum(square, [2, 3]); // [O, I / groups]
  const apply = (channels: Value, matrix: Value): Value =>
    groups === 1 && channels.shape[1] !== 1
      ? b.matmul(channels, matrix, { transposeB: true })
      : b.mul(channels, b.reshape(b.sum(matrix, [1]), [1, out]));
  const moment = (i: 0 | 1, taps: Value): Value => {
    const shift = b.scale(b.sum(b.mul(square, taps), [2, 3]), x.jump);
    return b.add(apply(x.moments[i], weights), apply(x.energy, shift));
  };
  const energy = apply(x.energy, weights);
  const y = { energy, moments: [moment(0, down), moment(1, across)] as const, log: x.log, jump: x.jump * stride };
  const total = totalOf(b, energy);
  return scaleResponse(b, y, b.div(b.scalar(1), total), b.add(x.log, b.log(total)));
}

/** The maximum is equally often at each position of its window. */
function afterPool(b: ProgramBuilder, { energy, moments, log, jump }: Response, { kernel, stride, pad }: MaxPoolAttrs): Response {
  const shift = b.scale(energy, jump * ((kernel - 1) / 2 - pad));
  return { energy, moments: [b.add(moments[0], shift), b.add(moments[1], shift)], log, jump: jump * stride };
}

/** Multiplies energy and moments by `by` [1, 1] and replaces the logarithm of their factor. */
const scaleResponse = (b: ProgramBuilder, x: Response, by: Value, log: Value): Response => ({
  energy: b.mul(x.energy, by),
  moments: [b.mul(x.moments[0], by), b.mul(x.moments[1], by)],
  log,
  jump: x.jump,
});

/** The sum of all channels, [1, 1]. */
const totalOf = (b: ProgramBuilder, x: Value): Value => b.sum(x, allAxes(x.shape), true);

/** The response of the sum of two values. */
function addResponses(b: ProgramBuilder, one: Response, other: Response): Response {
  if (one.jump !== other.jump) throw new Error(`Maps whose cells are ${one.jump} and ${other.jump} px apart can't be joined.`);
  const log = b.maximum(one.log, other.log);
  const [x, y] = [one, other].map((path) => scaleResponse(b, path, b.exp(b.sub(path.log, log)), log)) as [Response, Response];
  return {
    energy: b.add(x.energy, y.energy),
    moments: [b.add(x.moments[0], y.moments[0]), b.add(x.moments[1], y.moments[1])],
    ...{ log, jump: one.jump },
  };
}

/** Energy and moments summed over channels, [1, 1]. */
const sumChannels = (b: ProgramBuilder, { energy, moments, ...rest }: Response): Response => ({
  energy: totalOf(b, energy),
  moments: [totalOf(b, moments[0]), totalOf(b, moments[1])],
  ...rest,
});
