import type { DeviceName } from '../../../shared/run.ts';
import type { Operations } from './operations.ts';
import type { TensorflowForm } from './tensor-library.ts';
import type { Shape, TensorType, Value } from './value.ts';

export type OnnxAttribute = number | { float: number } | { floats: readonly number[] } | string | readonly number[];

/** One operator of ONNX's opset 17, or of `domain`. */
export interface OnnxForm {
  op: string;
  domain?: string;
  attrs?: Readonly<Record<string, OnnxAttribute>>;
  /** Names of its inputs, '' for an optional one left out; the instruction's own where not given. */
  inputs?: readonly string[];
}

export interface OnnxContext<A> {
  attrs: A;
  inputs: readonly string[];
  inputShapes: readonly Shape[];
  outputShape: Shape; // of the first output
  /** Names of constants: a list of int64, and a float32 scalar. */
  ints(values: readonly number[]): string;
  scalar(value: number): string;
}

/** What an instruction does. Passes for one engine define more of these; the primitives are those that can be differentiated. */
export interface Operation<A = unknown> {
  readonly name: string;
  /** A number of the result depends only on the numbers at the same position of the (broadcast) operands. */
  readonly elementwise?: true;
  /** Types of the results; throws an Error that names the shapes where the inputs don't fit. */
  types(inputs: readonly TensorType[], attrs: A): TensorType[];
  onnx(c: OnnxContext<A>): OnnxForm;
  /** The same in other operations, where ONNX on this device has no operator for it; null where it has. */
  expand?(b: Operations, inputs: readonly Value[], attrs: A, device: DeviceName): Value | null;
}

export interface GradientContext<A> {
  inputs: readonly Value[];
  output: Value;
  attrs: A;
  /** dL/d(output), of the output's shape. */
  gradient: Value;
  /** Inputs whose gradients are wanted; the others may be left null. */
  needs: readonly boolean[];
}

/** An operation that programs are written in: one result, and everything that the engines must know of it. */
export interface Primitive<A = unknown> extends Operation<A> {
  /** Gradients by input, null where not wanted or zero everywhere. */
  gradient(b: Operations, c: GradientContext<A>): (Value | null)[];
  readonly tensorflow: TensorflowForm<A>;
}
