import { isOf, type Instruction, type Program, producers, readers } from '../../ir/program.ts';
import { PRIMITIVES } from '../../ir/primitives/index.ts';
import { sizeOf } from '../../ir/tensor.ts';
import type { Value } from '../../ir/value.ts';
import type { LayoutBuilder } from './layout-builder.ts';

/**
 * Arithmetic with one number per channel, as in batch normalisation. On blocked maps it becomes convolutions: onnxruntime's read
 * each map once, with all threads.
 */
export type Pattern =
  /** x factor + shift + addend.x addend.factor. Factors and shift are [C]; a null factor is 1, a null shift 0. `isNegative`: - shift. */
  | { kind: 'affine'; x: Value; factor: Value | null; shift: Value | null; isNegative: boolean; addend: { x: Value; factor: Value } | null }
  /** Sum or mean of a b over images and space, [C]. */
  | { kind: 'product'; a: Value; b: Value; isMean: boolean }
  /** Sum or mean of x over images and space, [C]. */
  | { kind: 'total'; x: Value; isMean: boolean };

export interface Patterns {
  /** Each pattern by the instruction that computes its result. */
  roots: ReadonlyMap<Instruction, Pattern>;
  /** Instructions whose results only a root reads. The root's pattern replaces them. */
  absorbed: ReadonlySet<Instruction>;
}

type Affine = Extract<Pattern, { kind: 'affine' }>;

/** Finds the patterns of a program. */
export function channelwisePatterns(program: Program): Patterns {
  const producerOf = producers(program);
  const readersOf = readers(program);
  const roots = new Map<Instruction, Pattern>();
  const absorbed = new Set<Instruction>();

  /** The producer of a value with exactly one reader; else null. */
  const singleUseProducer = (value: Value): Instruction | null => (readersOf.get(value)?.length === 1 ? (producerOf.get(value) ?? null) : null);
  /** The vector [C] that `value` [1, C, 1, 1] broadcasts over maps of x's shape; null for other values. */
  const channelVector = (value: Value, x: Value): Value | null => {
    const producer = producerOf.get(value);
    if (x.shape.length !== 4 || value.shape.join() !== [1, x.shape[1], 1, 1].join()) return null;
    return producer && isOf(producer, PRIMITIVES.reshape) && producer.inputs[0]!.shape.length === 1 ? producer.inputs[0]! : null;
  };
  const matchScale = (i: Instruction | null): Affine | null => {
    if (!i || !isOf(i, PRIMITIVES.mul)) return null;
    const factor = channelVector(i.inputs[1]!, i.inputs[0]!);
    return factor && { kind: 'affine', x: i.inputs[0]!, factor, shift: null, isNegative: false, addend: null };
  };
  const matchScaleAndShift = (i: Instruction | null): { affine: Affine; parts: Instruction[] } | null => {
    if (!i || !isOf(i, PRIMITIVES.add)) return null;
    const [a, shift] = [singleUseProducer(i.inputs[0]!), channelVector(i.inputs[1]!, i.inputs[0]!)];
    const scaled = matchScale(a);
    return scaled && shift && { affine: { ...scaled, shift }, parts: [a!] };
  };
  const matchAffine = (i: Instruction): { affine: Affine; parts: Instruction[] } | null => {
    if (isOf(i, PRIMITIVES.sub)) {
      const [x, shift] = [i.inputs[0]!, channelVector(i.inputs[1]!, i.inputs[0]!)];
      return shift && { affine: { kind: 'affine', x, factor: null, shift, isNegative: true, addend: null }, parts: [] };
    }
    const [scaled, shifted] = [matchScale(i), matchScaleAndShift(i)];
    if (scaled) return { affine: scaled, parts: [] };
    if (shifted || !isOf(i, PRIMITIVES.add)) return shifted;
    const [first, second] = [singleUseProducer(i.inputs[0]!), singleUseProducer(i.inputs[1]!)];
    const [base, addend] = [matchScaleAndShift(first), matchScale(second)];
    return base && addend && { affine: { ...base.affine, addend: { x: addend.x, factor: addend.factor! } }, parts: [first!, second!, ...base.parts] };
  };

  for (const i of program.instructions.toReversed()) {
    if (absorbed.has(i)) continue;
    const isMean = isOf(i, PRIMITIVES.mean);
    if (isMean || isOf(i, PRIMITIVES.sum)) {
      const { axes, keep } = i.attrs;
      const x = i.inputs[0]!;
      if (x.shape.length !== 4 || keep || axes.join() !== '0,2,3') continue;
      const product = singleUseProducer(x);
      const isProduct = product && isOf(product, PRIMITIVES.mul) && product.inputs[0]!.shape.join() === product.inputs[1]!.shape.join();
      if (isProduct) absorbed.add(product);
      roots.set(i, isProduct ? { kind: 'product', a: product.inputs[0]!, b: product.inputs[1]!, isMean } : { kind: 'total', x, isMean });
      continue;
    }
    const found = matchAffine(i);
    if (!found) continue;
    roots.set(i, found.affine);
    for (const part of found.parts) absorbed.add(part);
  }
  return { roots, absorbed };
}

/**
 * Appends a pattern and returns its result; null where it is computed row-major. `resultOf`: source value -> value in the new
 * program. A product or sum of two maps takes the layout of the second operand, so a gradient takes the layout of the map that
 * the forward pass saved.
 */
export function channelwise(l: LayoutBuilder, pattern: Pattern, resultOf: (value: Value) => Value): Value | null {
  if (pattern.kind === 'affine') return appendAffine(l, pattern, resultOf);
  if (pattern.kind === 'product') {
    const [a, b] = [resultOf(pattern.a), resultOf(pattern.b)];
    if (!l.isBlocked(b)) return null;
    const sum = channelProduct(l, l.toBlocked(a), l.toBlocked(b));
    return pattern.isMean ? l.b.scale(sum, 1 / countOf(a)) : sum;
  }
  const x = resultOf(pattern.x);
  const blocked = pattern.isMean ? l.blockedCopy(x) : l.isBlocked(x) ? x : null;
  if (!blocked) return null;
  const means = l.spatialMean(blocked); // [N, C, 1, 1]
  return pattern.isMean ? l.b.mean(means, [0, 2, 3]) : l.b.scale(l.b.sum(means, [0, 2, 3]), x.shape[2]! * x.shape[3]!);
}

function appendAffine(l: LayoutBuilder, { x, factor, shift, isNegative, addend }: Affine, resultOf: (value: Value) => Value): Value | null {
  const maps = [resultOf(x), ...(addend ? [resultOf(addend.x)] : [])];
  if (!l.isBlocked(maps.at(-1)!)) return null;
  const [map, addendMap] = maps.map((m) => l.toBlocked(m));
  const bias = shift && (isNegative ? l.b.scale(resultOf(shift), -1) : resultOf(shift));
  const rest = addend ? { addend: scaleChannels(l, addendMap!, resultOf(addend.factor), null) } : {};
  return scaleChannels(l, map!, factor && resultOf(factor), bias, rest);
}

/** x factor + shift + addend as a depthwise 1x1 convolution. */
function scaleChannels(l: LayoutBuilder, x: Value, factor: Value | null, shift: Value | null, rest: { addend?: Value } = {}): Value {
  const c = x.shape[1]!;
  const kernel = factor ? l.b.reshape(factor, [c, 1, 1, 1]) : l.b.filled(1, [c, 1, 1, 1]);
  return l.conv(x, kernel, { stride: 1, pads: [0, 0, 0, 0], groups: c, bias: shift, ...rest });
}

/** Sum of a b over images and space, [C]: each channel of a is convolved with the same channel of b as a kernel of full size. */
function channelProduct(l: LayoutBuilder, a: Value, b: Value): Value {
  const [n, c, h, w] = a.shape as [number, number, number, number];
  const maps = l.regroup(a, [1, n * c, h, w]);
  const kernels = l.regroup(b, [n * c, 1, h, w]);
  const products = l.toRowMajor(l.conv(maps, kernels, { stride: 1, pads: [0, 0, 0, 0], groups: n * c }));
  return l.b.sum(l.b.reshape(products, [n, c]), [0]);
}

const countOf = ({ shape }: Value): number => sizeOf(shape) / shape[1]!; // values per channel
