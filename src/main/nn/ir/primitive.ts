import type { DeviceName } from '../../../shared/run.ts';
import type { Operations } from './operations.ts';
import type { TensorflowForm } from './tensor-library.ts';
import type { Shape, TensorType, Value } from './value.ts';

/** Where a lowered program runs: in onnxruntime on a device, or in any program that reads ONNX files, with ONNX's own operators only. */
export type Target = DeviceName | 'file';

export type OnnxAttribute = number | { float: number } | { floats: readonly number[] } | string | readonly number[];

/** One operator of ONNX's opset 17, or of `domain`. */
export interface OnnxForm {
  op: string;
  domain?: string;
  attrs?: Readonly<Record<string, OnnxAttribute>>;
  /** Input names, '' for an omitted optional input; default: the instruction's inputs. */
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

/** What an instruction does. Primitives can be differentiated. Passes for one engine define further operations without gradients. */
export interface Operation<A = unknown> {
  readonly name: string;
  /** Each element of the result depends only on the elements at the same position of the (broadcast) operands. */
  readonly elementwise?: true;
  /** Types of the results. Throws an Error that names the shapes where the inputs don't fit. */
  types(inputs: readonly TensorType[], attrs: A): TensorType[];
  onnx(c: OnnxContext<A>): OnnxForm;
  /** The same result in other operations where the target has no operator for it; null where it has one. */
  expand?(b: Operations, inputs: readonly Value[], attrs: A, target: Target): Value | null;
}

export interface GradientContext<A> {
  inputs: readonly Value[];
  output: Value;
  attrs: A;
  /** dL/d(output), of the output's shape. */
  gradient: Value;
  /** Whether each input's gradient is needed. The rule may return null for the others. */
  needs: readonly boolean[];
}

/** An operation of source programs: one result, a gradient rule, and a form for each engine. */
export interface Primitive<A = unknown> extends Operation<A> {
  /** One gradient per input; null where it is not needed or zero everywhere. */
  gradient(b: Operations, c: GradientContext<A>): (Value | null)[];
  readonly tensorflow: TensorflowForm<A>;
}
