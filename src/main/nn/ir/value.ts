/** Sizes of a tensor's axes, row-major: the last axis varies fastest. `[]` is a scalar. */
export type Shape = readonly number[];

/** `index` is int64 in ONNX. */
export type DType = 'float' | 'bool' | 'index';

export interface TensorType {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** A tensor that a program computes with: an input, a parameter, a constant or the result of an instruction. */
export interface Value extends TensorType {
  /** Unique within a program and the programs derived from it. */
  readonly id: number;
}

export const float = (shape: Shape): TensorType => ({ shape, dtype: 'float' });
