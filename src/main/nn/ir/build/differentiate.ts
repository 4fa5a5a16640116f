import type { CustomGradient, SourceProgram } from '../program.ts';
import type { Value } from '../value.ts';
import { ProgramBuilder } from './builder.ts';

/** A program that also computes gradients. */
export interface Differentiated {
  program: ProgramBuilder;
  /** One per value of `wrt`; null where the result does not depend on it. */
  gradients: (Value | null)[];
}

/**
 * Appends reverse-mode gradients as primitives: d(sum(seed * of)) / d(each of wrt). `seed` has the shape of `of` and counts as a
 * constant, also if it is a value of the program; default: all ones, which sums a vector and leaves a scalar unchanged.
 */
export function differentiate(program: SourceProgram, of: Value, wrt: readonly Value[], seed?: Float32Array | Value): Differentiated {
  const b = new ProgramBuilder(program);
  const first = seed instanceof Float32Array ? b.constant(seed, of.shape) : (seed ?? b.filled(1, of.shape));
  const gradients = new Map<Value, Value>([[of, first]]);
  const relevant = dependants(program, wrt);
  const accumulate = (inputs: readonly Value[], needs: readonly boolean[], parts: readonly (Value | null)[]): void => {
    inputs.forEach((value, i) => {
      const part = parts[i];
      if (!part || !needs[i]) return;
      const sum = gradients.get(value);
      gradients.set(value, sum ? b.add(sum, part) : part);
    });
  };
  const customByEnd = outermostByEnd(program.customGradients);
  for (let end = program.instructions.length; end > 0;) {
    const custom = customByEnd.get(end);
    if (custom) {
      end = custom.from;
      if (custom.outputs.slice(1).some((value) => gradients.has(value)))
        throw new Error('Only the first output of a function with a custom gradient rule can have a gradient.');
      const gradient = gradients.get(custom.outputs[0]!);
      const needs = custom.inputs.map((value) => relevant.has(value));
      if (gradient && needs.includes(true)) accumulate(custom.inputs, needs, custom.rule(b, gradient, needs));
      continue;
    }
    const { operation, inputs, attrs, outputs } = program.instructions[--end]!;
    const gradient = gradients.get(outputs[0]!);
    const needs = inputs.map((value) => relevant.has(value));
    if (gradient && needs.includes(true)) accumulate(inputs, needs, operation.gradient(b, { inputs, output: outputs[0]!, attrs, gradient, needs }));
  }
  return { program: b, gradients: wrt.map((value) => gradients.get(value) ?? null) };
}

/** `values` and everything computed from them. */
export function dependants({ instructions }: SourceProgram, values: readonly Value[]): Set<Value> {
  const found = new Set<Value>(values);
  for (const { inputs, outputs } of instructions) if (inputs.some((value) => found.has(value))) for (const value of outputs) found.add(value);
  return found;
}

/** The custom gradients that are not nested in another one, by their end. */
function outermostByEnd(all: readonly CustomGradient[]): Map<number, CustomGradient> {
  const outermost = all.filter((c) => !all.some((other) => other !== c && other.from <= c.from && other.to >= c.to));
  return new Map(outermost.filter((c) => c.to > c.from).map((c) => [c.to, c]));
}
