import type { ClampAttrs, ConvAttrs, MatmulAttrs, MaxPoolAttrs, Size } from './attributes.ts';
import type { Shape, Value } from './value.ts';

/**
 * The operations that functions and gradient rules are written in. Elementwise operations broadcast as in NumPy. The program
 * builder implements this interface. Primitives depend on the interface only, so their files don't import each other.
 */
export interface Operations {
  scalar(value: number): Value;
  constant(data: Float32Array, shape: Shape): Value;
  filled(value: number, shape: Shape): Value;

  add(a: Value, b: Value): Value;
  sub(a: Value, b: Value): Value;
  mul(a: Value, b: Value): Value;
  div(a: Value, b: Value): Value;
  minimum(a: Value, b: Value): Value;
  maximum(a: Value, b: Value): Value;
  square(x: Value): Value;
  scale(x: Value, factor: number): Value;
  sqrt(x: Value): Value;
  exp(x: Value): Value;
  log(x: Value): Value;
  erf(x: Value): Value;
  sigmoid(x: Value): Value;
  gelu(x: Value): Value;
  softmax(x: Value, axis: number): Value;
  /** Over the last axis: x [..., C], gamma [C], beta [C]. */
  layerNorm(x: Value, gamma: Value, beta: Value, epsilon: number): Value;
  /** Queries [N, T, C], keys and values [N, M, C] -> [N, T, C]. */
  attention(query: Value, key: Value, value: Value, heads: number): Value;
  clamp(x: Value, bounds: ClampAttrs): Value;
  /** `gradient` where min < y < max, else 0; y is the clamp's result. */
  clampGradient(gradient: Value, y: Value, bounds: ClampAttrs): Value;

  /** 1 where x > 0, else 0. */
  isPositive(x: Value): Value;
  greater(a: Value, b: Value): Value; // bool
  less(a: Value, b: Value): Value; // bool
  and(a: Value, b: Value): Value; // bool
  toFloat(condition: Value): Value; // true -> 1, false -> 0
  select(condition: Value, yes: Value, no: Value): Value;

  sum(x: Value, axes: readonly number[], keep?: boolean): Value;
  mean(x: Value, axes: readonly number[], keep?: boolean): Value;
  max(x: Value, axes: readonly number[], keep?: boolean): Value;

  reshape(x: Value, shape: Shape): Value;
  broadcast(x: Value, shape: Shape): Value;
  transpose(x: Value, perm: readonly number[]): Value;
  reverse(x: Value, axes: readonly number[]): Value;
  slice(x: Value, axes: readonly number[], starts: readonly number[], ends: readonly number[], steps?: readonly number[]): Value;
  concat(parts: readonly Value[], axis: number): Value;
  pad(x: Value, before: readonly number[], after: readonly number[], value?: number): Value;
  gather(x: Value, indices: readonly number[], axis: number): Value;

  /** [..., m, k] x [..., k, n] -> [..., m, n]; a bias [n] only for matrices. */
  matmul(a: Value, b: Value, attrs?: Partial<MatmulAttrs>, bias?: Value | null): Value;

  conv(x: Value, kernel: Value, attrs: ConvAttrs, bias?: Value | null): Value;
  convInputGradient(gradient: Value, kernel: Value, attrs: ConvAttrs, size: Size): Value;
  convKernelGradient(x: Value, gradient: Value, attrs: ConvAttrs, size: Size): Value;
  maxPool(x: Value, attrs: MaxPoolAttrs): Value;
  maxPoolGradient(gradient: Value, x: Value, y: Value, attrs: MaxPoolAttrs): Value;
}
