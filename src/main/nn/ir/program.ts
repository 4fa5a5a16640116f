import type { Operations } from './operations.ts';
import type { Operation, Primitive } from './primitive.ts';
import type { ParamSpec } from './tensor.ts';
import type { Value } from './value.ts';

export interface Instruction<O extends Operation = Operation, A = unknown> {
  readonly operation: O;
  readonly inputs: readonly Value[];
  readonly attrs: A;
  readonly outputs: readonly Value[];
}

/** A custom gradient rule: one gradient per input of its function. */
export type GradientRule = (b: Operations, gradient: Value, needs: readonly boolean[]) => (Value | null)[];

/** The instructions `from` … `to` - 1 are differentiated as a whole by `rule`. Only the first output may have a gradient. */
export interface CustomGradient {
  readonly from: number;
  readonly to: number;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly rule: GradientRule;
}

export interface Parameter {
  readonly spec: ParamSpec;
  readonly value: Value;
}

export interface Constant {
  readonly data: Float32Array;
  readonly name?: string; // of the parameter that was bound to `data`
}

/**
 * A computation over statically shaped, row-major tensors: a list of instructions in order of evaluation. A pass takes a
 * program and returns a new one. A finished program never changes.
 */
export interface Program<O extends Operation = Operation> {
  readonly inputs: ReadonlyMap<string, Value>;
  /** Tensors of the network. An engine binds them to values before it lowers the program. */
  readonly params: ReadonlyMap<string, Parameter>;
  readonly constants: ReadonlyMap<Value, Constant>;
  readonly instructions: readonly Instruction<O>[];
  readonly outputs: ReadonlyMap<string, Value>;
  readonly customGradients: readonly CustomGradient[];
}

/** A program of primitives only: it can be differentiated, and every engine can run it. */
export type SourceProgram = Program<Primitive>;

/** Whether an instruction is of this operation. Narrows the type of its attributes. */
export function isOf<O extends Operation<A>, A>(instruction: Instruction, operation: O & Operation<A>): instruction is Instruction<O, AttrsOf<O>> {
  return instruction.operation === (operation as Operation);
}

export type AttrsOf<O> = O extends Operation<infer A> ? A : never;

/** Value -> the instruction that computes it. */
export const producers = <O extends Operation>({ instructions }: Program<O>): Map<Value, Instruction<O>> =>
  new Map(instructions.flatMap((i) => i.outputs.map((value) => [value, i] as const)));

/** Value -> the instructions that read it, one entry per read. An output of the program counts as a read by `null`. */
export function readers<O extends Operation>({ instructions, outputs }: Program<O>): Map<Value, (Instruction<O> | null)[]> {
  const found = new Map<Value, (Instruction<O> | null)[]>();
  const add = (value: Value, reader: Instruction<O> | null): void => {
    const list = found.get(value);
    if (list) list.push(reader);
    else found.set(value, [reader]);
  };
  for (const i of instructions) for (const value of i.inputs) add(value, i);
  for (const value of outputs.values()) add(value, null);
  return found;
}
