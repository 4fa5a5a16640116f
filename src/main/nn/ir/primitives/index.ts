import type { AttrsOf } from '../program.ts';
import type { Primitive } from '../primitive.ts';
import { add } from './add.ts';
import { and } from './and.ts';
import { attention } from './attention.ts';
import { broadcast } from './broadcast.ts';
import { clamp } from './clamp.ts';
import { clampGradient } from './clamp-gradient.ts';
import { concat } from './concat.ts';
import { conv } from './conv.ts';
import { convInputGradient } from './conv-input-gradient.ts';
import { convKernelGradient } from './conv-kernel-gradient.ts';
import { div } from './div.ts';
import { erf } from './erf.ts';
import { exp } from './exp.ts';
import { gather } from './gather.ts';
import { gelu } from './gelu.ts';
import { greater } from './greater.ts';
import { isPositive } from './is-positive.ts';
import { layerNorm } from './layer-norm.ts';
import { less } from './less.ts';
import { log } from './log.ts';
import { matmul } from './matmul.ts';
import { max } from './max.ts';
import { maxPool } from './max-pool.ts';
import { maxPoolGradient } from './max-pool-gradient.ts';
import { maximum } from './maximum.ts';
import { mean } from './mean.ts';
import { minimum } from './minimum.ts';
import { mul } from './mul.ts';
import { pad } from './pad.ts';
import { reshape } from './reshape.ts';
import { reverse } from './reverse.ts';
import { select } from './select.ts';
import { sigmoid } from './sigmoid.ts';
import { slice } from './slice.ts';
import { softmax } from './softmax.ts';
import { sqrt } from './sqrt.ts';
import { sub } from './sub.ts';
import { sum } from './sum.ts';
import { toFloat } from './to-float.ts';
import { transpose } from './transpose.ts';

/** Every primitive. The type checker ensures that each has a shape rule, a gradient rule, an ONNX form and a TensorFlow.js form. */
export const PRIMITIVES = {
  add,
  and,
  attention,
  broadcast,
  clamp,
  clampGradient,
  concat,
  conv,
  convInputGradient,
  convKernelGradient,
  div,
  erf,
  exp,
  gather,
  gelu,
  greater,
  isPositive,
  layerNorm,
  less,
  log,
  matmul,
  max,
  maxPool,
  maxPoolGradient,
  maximum,
  mean,
  minimum,
  mul,
  pad,
  reshape,
  reverse,
  select,
  sigmoid,
  slice,
  softmax,
  sqrt,
  sub,
  sum,
  toFloat,
  transpose,
} as const satisfies Readonly<Record<string, Primitive<never>>>;

export type PrimitiveName = keyof typeof PRIMITIVES;
export type PrimitiveAttrs = { [N in PrimitiveName]: AttrsOf<(typeof PRIMITIVES)[N]> };
