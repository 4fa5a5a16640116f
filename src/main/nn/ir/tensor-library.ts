import type { Shape } from './value.ts';

export interface LibraryTensor {
  readonly shape: number[];
}

/** Saves tensors of a forward pass for its gradient. */
type Save<T> = (tensors: T[]) => void;

/**
 * The part of TensorFlow.js's interface that the primitives' forms use. The engine passes the library in, so nothing outside
 * nn/engines imports it. Convolutions and pools take channels-last maps [N, H, W, C].
 */
export interface TensorLibrary<T extends LibraryTensor> {
  add(a: T, b: T | number): T;
  sub(a: T, b: T): T;
  mul(a: T, b: T | number): T;
  div(a: T, b: T): T;
  minimum(a: T, b: T): T;
  maximum(a: T, b: T): T;
  sqrt(x: T): T;
  exp(x: T): T;
  log(x: T): T;
  erf(x: T): T;
  sigmoid(x: T): T;
  relu(x: T): T;
  step(x: T): T;
  clipByValue(x: T, min: number, max: number): T;
  greater(a: T, b: T | number): T;
  less(a: T, b: T | number): T;
  logicalAnd(a: T, b: T): T;
  cast(x: T, dtype: 'float32'): T;
  where(condition: T, a: T, b: T): T;
  sum(x: T, axes: number[], keep: boolean): T;
  mean(x: T, axes: number[], keep: boolean): T;
  max(x: T, axes: number[], keep: boolean): T;
  reshape(x: T, shape: number[]): T;
  broadcastTo(x: T, shape: number[]): T;
  transpose(x: T, perm: number[]): T;
  reverse(x: T, axes: number[]): T;
  slice(x: T, begin: number[], size: number[]): T;
  concat(parts: T[], axis: number): T;
  pad(x: T, widths: [before: number, after: number][], value: number): T;
  gather(x: T, indices: number[], axis: number): T;
  matMul(a: T, b: T, transposeA: boolean, transposeB: boolean): T;
  /** The kernel is [kh, kw, I, O]. */
  conv2d(x: T, kernel: T, stride: number, padding: 'valid' | 'same', format: 'NHWC', dilation: [number, number]): T;
  /** The kernel is [kh, kw, C, 1]. */
  depthwiseConv2d(x: T, kernel: T, stride: number, padding: 'valid' | 'same', format: 'NHWC', dilation: [number, number]): T;
  maxPool(x: T, size: number, stride: number, padding: 'valid' | 'same'): T;
  zeros(shape: number[]): T;
  /** The gradient of f at x, weighted by dy. */
  grad(f: (x: T) => T): (x: T, dy: T) => T;
  customGrad(f: (x: T, save: Save<T>) => { value: T; gradFunc: (dy: T, saved: T[]) => T }): (x: T) => T;
}

/** A primitive in calls of TensorFlow.js, forward only: the library does its own differentiation. */
export interface TensorflowForm<A> {
  /** Indices of the inputs that are feature maps, passed channels-last; and whether the result is one. */
  maps?: { inputs: readonly number[]; output: boolean };
  run<T extends LibraryTensor>(tf: TensorLibrary<T>, inputs: readonly T[], attrs: A): T;
}

export const mutableCopy = (shape: Shape): number[] => [...shape];
