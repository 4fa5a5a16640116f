import type { ClampAttrs, ConvAttrs, MatmulAttrs, MaxPoolAttrs, Size } from '../attributes.ts';
import type { Operations } from '../operations.ts';
import type { Operation, Primitive } from '../primitive.ts';
import type { Constant, CustomGradient, GradientRule, Instruction, Parameter, Program } from '../program.ts';
import { type PrimitiveAttrs, type PrimitiveName, PRIMITIVES } from '../primitives/index.ts';
import { type ParamSpec, sizeOf } from '../tensor.ts';
import { float, type Shape, type TensorType, type Value } from '../value.ts';

/** What a function with a custom gradient rule returns. */
export interface WithRule<T> {
  result: T;
  outputs: readonly Value[];
  rule: GradientRule;
}

/**
 * Builds a program one instruction at a time. Each operation checks its inputs' shapes and throws where they don't fit. `O`: the
 * operations that the program may contain besides primitives; a pass for one engine adds its own.
 */
export class ProgramBuilder<O extends Operation = Primitive> implements Operations, Program<O | Primitive> {
  readonly inputs = new Map<string, Value>();
  readonly params = new Map<string, Parameter>();
  readonly constants = new Map<Value, Constant>();
  readonly instructions: Instruction<O | Primitive>[] = [];
  readonly outputs = new Map<string, Value>();
  readonly customGradients: CustomGradient[] = [];
  private readonly scalars = new Map<number, Value>();
  private count = 0;

  /** Starts from `program`, whose values stay valid, or empty. */
  constructor(program?: Program<O | Primitive>) {
    if (!program) return;
    for (const [name, value] of program.inputs) this.inputs.set(name, value);
    for (const [name, parameter] of program.params) this.params.set(name, parameter);
    for (const [value, constant] of program.constants) {
      this.constants.set(value, constant);
      if (value.shape.length === 0 && constant.name === undefined) this.scalars.set(constant.data[0]!, value);
    }
    for (const [name, value] of program.outputs) this.outputs.set(name, value);
    this.instructions.push(...program.instructions);
    this.customGradients.push(...program.customGradients);
    this.count = 1 + highestId(program);
  }

  /** Starts the result of a pass: with the inputs, parameters and constants of `program`, without its instructions and outputs. */
  static rewriting<O extends Operation>(program: Program<O>): ProgramBuilder<O> {
    const b = new ProgramBuilder<O>({ ...program, instructions: [], outputs: new Map(), customGradients: [] });
    b.count = 1 + highestId(program);
    return b;
  }

  input(name: string, shape: Shape): Value {
    if (this.inputs.has(name)) throw new Error(`The program already has an input ${name}.`);
    const value = this.value(float(shape));
    this.inputs.set(name, value);
    return value;
  }

  /** Declares a tensor of the network. */
  param(spec: ParamSpec): Value {
    if (this.params.has(spec.name)) throw new Error(`The program already has a parameter ${spec.name}.`);
    const value = this.value(float(spec.shape));
    this.params.set(spec.name, { spec, value });
    return value;
  }

  /** Declares `value` as an output; it is fetched under `name`. */
  output(name: string, value: Value): void {
    if (this.outputs.has(name)) throw new Error(`The program already has an output ${name}.`);
    this.outputs.set(name, value);
  }

  constant(data: Float32Array, shape: Shape, name?: string): Value {
    const value = this.value(float(shape));
    this.constants.set(value, name === undefined ? { data } : { data, name });
    return value;
  }

  filled = (value: number, shape: Shape): Value => this.constant(new Float32Array(sizeOf(shape)).fill(value), shape);

  scalar(value: number): Value {
    const existing = this.scalars.get(value);
    if (existing) return existing;
    const scalar = this.constant(Float32Array.of(value), []);
    this.scalars.set(value, scalar);
    return scalar;
  }

  /** Appends a primitive by name. */
  apply<N extends PrimitiveName>(name: N, inputs: readonly Value[], attrs: PrimitiveAttrs[N]): Value {
    return this.append<PrimitiveAttrs[N]>(PRIMITIVES[name] as unknown as Primitive<PrimitiveAttrs[N]>, inputs, attrs)[0]!;
  }

  /** Appends any operation and returns its results. */
  append<A>(operation: (O | Primitive) & Operation<A>, inputs: readonly Value[], attrs: A): Value[] {
    const outputs = operation.types(inputs, attrs).map((type) => this.value(type));
    this.instructions.push({ operation, inputs, attrs, outputs });
    return outputs;
  }

  /** Appends an existing instruction; its results keep their ids. */
  appendInstruction(instruction: Instruction<O | Primitive>): void {
    this.instructions.push(instruction);
  }

  /** Appends a function of `inputs`, built by `build`, that is differentiated as a whole by its custom rule. */
  withGradient<T>(inputs: readonly Value[], build: () => WithRule<T>): T {
    const from = this.instructions.length;
    const { result, outputs, rule } = build();
    this.customGradients.push({ from, to: this.instructions.length, inputs, outputs, rule });
    return result;
  }

  paramSpecs = (): ParamSpec[] => [...this.params.values()].map(({ spec }) => spec);

  add = (a: Value, b: Value): Value => this.apply('add', [a, b], null);
  sub = (a: Value, b: Value): Value => this.apply('sub', [a, b], null);
  mul = (a: Value, b: Value): Value => this.apply('mul', [a, b], null);
  div = (a: Value, b: Value): Value => this.apply('div', [a, b], null);
  minimum = (a: Value, b: Value): Value => this.apply('minimum', [a, b], null);
  maximum = (a: Value, b: Value): Value => this.apply('maximum', [a, b], null);
  square = (x: Value): Value => this.mul(x, x);
  scale = (x: Value, factor: number): Value => this.mul(x, this.scalar(factor));
  sqrt = (x: Value): Value => this.apply('sqrt', [x], null);
  exp = (x: Value): Value => this.apply('exp', [x], null);
  log = (x: Value): Value => this.apply('log', [x], null);
  erf = (x: Value): Value => this.apply('erf', [x], null);
  sigmoid = (x: Value): Value => this.apply('sigmoid', [x], null);
  gelu = (x: Value): Value => this.apply('gelu', [x], null);
  softmax = (x: Value, axis: number): Value => this.apply('softmax', [x], { axis });
  layerNorm = (x: Value, gamma: Value, beta: Value, epsilon: number): Value => this.apply('layerNorm', [x, gamma, beta], { epsilon });
  attention = (query: Value, key: Value, value: Value, heads: number): Value => this.apply('attention', [query, key, value], { heads });
  clamp = (x: Value, bounds: ClampAttrs): Value => this.apply('clamp', [x], bounds);
  clampGradient = (gradient: Value, y: Value, bounds: ClampAttrs): Value => this.apply('clampGradient', [gradient, y], bounds);
  isPositive = (x: Value): Value => this.apply('isPositive', [x], null);
  greater = (a: Value, b: Value): Value => this.apply('greater', [a, b], null);
  less = (a: Value, b: Value): Value => this.apply('less', [a, b], null);
  and = (a: Value, b: Value): Value => this.apply('and', [a, b], null);
  toFloat = (condition: Value): Value => this.apply('toFloat', [condition], null);
  select = (condition: Value, yes: Value, no: Value): Value => this.apply('select', [condition, yes, no], null);
  sum = (x: Value, axes: readonly number[], keep = false): Value => this.apply('sum', [x], { axes, keep });
  mean = (x: Value, axes: readonly number[], keep = false): Value => this.apply('mean', [x], { axes, keep });
  max = (x: Value, axes: readonly number[], keep = false): Value => this.apply('max', [x], { axes, keep });
  reshape = (x: Value, shape: Shape): Value => this.apply('reshape', [x], { shape });
  broadcast = (x: Value, shape: Shape): Value => this.apply('broadcast', [x], { shape });
  transpose = (x: Value, perm: readonly number[]): Value => this.apply('transpose', [x], { perm });
  reverse = (x: Value, axes: readonly number[]): Value => this.apply('reverse', [x], { axes });
  concat = (parts: readonly Value[], axis: number): Value => this.apply('concat', parts, { axis });
  gather = (x: Value, indices: readonly number[], axis: number): Value => this.apply('gather', [x], { indices, axis });

  slice(x: Value, axes: readonly number[], starts: readonly number[], ends: readonly number[], steps = axes.map(() => 1)): Value {
    return this.apply('slice', [x], { axes, starts, ends: ends.map((end, i) => Math.min(end, x.shape[axes[i]!]!)), steps });
  }

  pad(x: Value, before: readonly number[], after: readonly number[], value = 0): Value {
    if ([...before, ...after].every((n) => n === 0)) return x;
    return this.apply('pad', [x], { before, after, value });
  }

  matmul(a: Value, b: Value, { transposeA = false, transposeB = false }: Partial<MatmulAttrs> = {}, bias: Value | null = null): Value {
    return this.apply('matmul', bias ? [a, b, bias] : [a, b], { transposeA, transposeB });
  }

  conv(x: Value, kernel: Value, attrs: ConvAttrs, bias: Value | null = null): Value {
    return this.apply('conv', bias ? [x, kernel, bias] : [x, kernel], attrs);
  }

  convInputGradient = (gradient: Value, kernel: Value, attrs: ConvAttrs, size: Size): Value =>
    this.apply('convInputGradient', [gradient, kernel], { ...attrs, size });
  convKernelGradient = (x: Value, gradient: Value, attrs: ConvAttrs, size: Size): Value =>
    this.apply('convKernelGradient', [x, gradient], { ...attrs, size });
  maxPool = (x: Value, attrs: MaxPoolAttrs): Value => this.apply('maxPool', [x], attrs);
  maxPoolGradient = (gradient: Value, x: Value, y: Value, attrs: MaxPoolAttrs): Value => this.apply('maxPoolGradient', [gradient, x, y], attrs);

  private value = (type: TensorType): Value => ({ ...type, id: this.count++ });
}

/** Largest id among a program's values; -1 without any. */
function highestId({ inputs, params, constants, instructions }: Program): number {
  let highest = -1;
  for (const value of inputs.values()) highest = Math.max(highest, value.id);
  for (const { value } of params.values()) highest = Math.max(highest, value.id);
  for (const value of constants.keys()) highest = Math.max(highest, value.id);
  for (const { outputs } of instructions) for (const value of outputs) highest = Math.max(highest, value.id);
  return highest;
}
