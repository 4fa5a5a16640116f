import { isOf, type Instruction, type Program, producers, readers } from '../../ir/program.ts';
import { PRIMITIVES } from '../../ir/primitives/index.ts';
import { sizeOf } from '../../ir/tensor.ts';
import type { Value } from '../../ir/value.ts';
import type { LayoutBuilder } from './layout-builder.ts';

/**
 * Arithmetic with one number a channel, as batch normalisation consists of. On blocked maps it is written with onnxruntime's
 * convolutions, each of which reads a map once and with all threads.
 */
export type Pattern =
  /** x factor + shift + addend factor: factors and shift [C]; no factor is 1. */
  | { kind: 'affine'; x: Value; factor: Value | null; shift: Value | null; isNegative: boolean; addend: { x: Value; factor: Value } | null }
  /** Sum, or mean, over images and space of a b, [C]. */
  | { kind: 'product'; a: Value; b: Value; isMean: boolean }
  /** The same of x. */
  | { kind: 'total'; x: Value; isMean: boolean };

export interface Patterns {
  /** By the instruction that computes the result. */
  roots: ReadonlyMap<Instruction, Pattern>;
  /** Instructions that only a root reads. */
  absorbed: ReadonlySet<Instruction>;
}

type Affine = Extract<Pattern, { kind: 'affine' }>;

export function channelwisePatterns(program: Program): Patterns {
  const makers = producers(program);
  const readBy = readers(program);
  const roots = new Map<Instruction, Pattern>();
  const absorbed = new Set<Instruction>();

  /** The instruction that makes a value nobody else reads. */
  const onlyMaker = (value: Value): Instruction | null => (readBy.get(value)?.length === 1 ? (makers.get(value) ?? null) : null);
  /** The vector [C] that a value repeats over maps of x's shape. */
  const channelVector = (value: Value, x: Value): Value | null => {
    const maker = makers.get(value);
    if (x.shape.length !== 4 || value.shape.join() !== [1, x.shape[1], 1, 1].join()) return null;
    return maker && isOf(maker, PRIMITIVES.reshape) && maker.inputs[0]!.shape.length === 1 ? maker.inputs[0]! : null;
  };
  const scaledOf = (i: Instruction | null): Affine | null => {
    if (!i || !isOf(i, PRIMITIVES.mul)) return null;
    const factor = channelVector(i.inputs[1]!, i.inputs[0]!);
    return factor && { kind: 'affine', x: i.inputs[0]!, factor, shift: null, isNegative: false, addend: null };
  };
  const shiftedOf = (i: Instruction | null): { affine: Affine; parts: Instruction[] } | null => {
    if (!i || !isOf(i, PRIMITIVES.add)) return null;
    const [a, shift] = [onlyMaker(i.inputs[0]!), channelVector(i.inputs[1]!, i.inputs[0]!)];
    const writeAffine = scaledOf(a);
    return writeAffine && shift && { affine: { ...writeAffine, shift }, parts: [a!] };
  };
  const affineOf = (i: Instruction): { affine: Affine; parts: Instruction[] } | null => {
    if (isOf(i, PRIMITIVES.sub)) {
      const [x, shift] = [i.inputs[0]!, channelVector(i.inputs[1]!, i.inputs[0]!)];
      return shift && { affine: { kind: 'affine', x, factor: null, shift, isNegative: true, addend: null }, parts: [] };
    }
    const [scaled, shifted] = [scaledOf(i), shiftedOf(i)];
    if (scaled) return { affine: scaled, parts: [] };
    if (shifted || !isOf(i, PRIMITIVES.add)) return shifted;
    const [first, second] = [onlyMaker(i.inputs[0]!), onlyMaker(i.inputs[1]!)];
    const [sum, more] = [shiftedOf(first), scaledOf(second)];
    return sum && more && { affine: { ...sum.affine, addend: { x: more.x, factor: more.factor! } }, parts: [first!, second!, ...sum.parts] };
  };

  for (const i of program.instructions.toReversed()) {
    if (absorbed.has(i)) continue;
    const isMean = isOf(i, PRIMITIVES.mean);
    if (isMean || isOf(i, PRIMITIVES.sum)) {
      const { axes, keep } = i.attrs;
      const x = i.inputs[0]!;
      if (x.shape.length !== 4 || keep || axes.join() !== '0,2,3') continue;
      const product = onlyMaker(x);
      const isProduct = product && isOf(product, PRIMITIVES.mul) && product.inputs[0]!.shape.join() === product.inputs[1]!.shape.join();
      if (isProduct) absorbed.add(product);
      roots.set(i, isProduct ? { kind: 'product', a: product.inputs[0]!, b: product.inputs[1]!, isMean } : { kind: 'total', x, isMean });
      continue;
    }
    const found = affineOf(i);
    if (!found) continue;
    roots.set(i, found.affine);
    for (const part of found.parts) absorbed.add(part);
  }
  return { roots, absorbed };
}

/**
 * Writes a pattern whose values `at` gives; null where it is to be computed row-major. A product and a sum of two maps follow the
 * layout of the second one: a gradient follows the map that the forward pass saved.
 */
export function channelwise(l: LayoutBuilder, pattern: Pattern, at: (value: Value) => Value): Value | null {
  if (pattern.kind === 'affine') return affine(l, pattern, at);
  if (pattern.kind === 'product') {
    const [a, b] = [at(pattern.a), at(pattern.b)];
    if (!l.isBlocked(b)) return null;
    const sum = channelProduct(l, l.toBlocked(a), l.toBlocked(b));
    return pattern.isMean ? l.b.scale(sum, 1 / countOf(a)) : sum;
  }
  const x = at(pattern.x);
  const blocked = pattern.isMean ? l.blockedCopy(x) : l.isBlocked(x) ? x : null;
  if (!blocked) return null;
  const means = l.spatialMean(blocked); // [N, C, 1, 1]
  return pattern.isMean ? l.b.mean(means, [0, 2, 3]) : l.b.scale(l.b.sum(means, [0, 2, 3]), x.shape[2]! * x.shape[3]!);
}

function affine(l: LayoutBuilder, { x, factor, shift, isNegative, addend }: Affine, at: (value: Value) => Value): Value | null {
  const maps = [at(x), ...(addend ? [at(addend.x)] : [])];
  if (!l.isBlocked(maps.at(-1)!)) return null;
  const [map, added] = maps.map((m) => l.toBlocked(m));
  const bias = shift && (isNegative ? l.b.scale(at(shift), -1) : at(shift));
  const rest = addend ? { addend: scaleChannels(l, added!, at(addend.factor), null) } : {};
  return scaleChannels(l, map!, factor && at(factor), bias, rest);
}

/** x factor + shift + addend as a convolution with one kernel of one tap a channel. */
function scaleChannels(l: LayoutBuilder, x: Value, factor: Value | null, shift: Value | null, rest: { addend?: Value } = {}): Value {
  const c = x.shape[1]!;
  const kernel = factor ? l.b.reshape(factor, [c, 1, 1, 1]) : l.b.filled(1, [c, 1, 1, 1]);
  return l.conv(x, kernel, { stride: 1, pads: [0, 0, 0, 0], groups: c, bias: shift, ...rest });
}

/** Sum over images and space of a b, [C]: each channel of a under a kernel as large as it, the same channel of b. */
function channelProduct(l: LayoutBuilder, a: Value, b: Value): Value {
  const [n, c, h, w] = a.shape as [number, number, number, number];
  const maps = l.regroup(a, [1, n * c, h, w]);
  const kernels = l.regroup(b, [n * c, 1, h, w]);
  const products = l.toRowMajor(l.conv(maps, kernels, { stride: 1, pads: [0, 0, 0, 0], groups: n * c }));
  return l.b.sum(l.b.reshape(products, [n, c]), [0]);
}

const countOf = ({ shape }: Value): number => sizeOf(shape) / shape[1]!;
