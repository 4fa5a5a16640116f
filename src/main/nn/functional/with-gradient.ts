import type { ProgramBuilder } from '../ir/build/builder.ts';
import type { Operations } from '../ir/operations.ts';
import type { Value } from '../ir/value.ts';

/** What a forward pass leaves to its gradient rule, by name. */
type Saved = Readonly<Record<string, Value>>;

export interface RuleContext<S extends Saved> {
  inputs: readonly Value[];
  saved: S;
  /** dL/d(first output), of its shape. */
  gradient: Value;
  /** Inputs whose gradients are wanted; the others may be left null. */
  needs: readonly boolean[];
}

/**
 * A function with a gradient rule of its own, used in place of the rules of the primitives in it: for functions whose rule, written
 * by hand, was measured faster. Only the first output is differentiated. TensorFlow.js ignores the rule and differentiates
 * the primitives, so it remains an independent check.
 */
export function withGradient<O, S extends Saved>(
  forward: (b: Operations, inputs: readonly Value[], options: O) => { outputs: readonly Value[]; saved: S },
  rule: (b: Operations, c: RuleContext<S>, options: O) => (Value | null)[],
): (b: ProgramBuilder, inputs: readonly Value[], options: O) => readonly Value[] {
  return (b, inputs, options) =>
    b.withGradient(inputs, () => {
      const { outputs, saved } = forward(b, inputs, options);
      return { result: outputs, outputs, rule: (e, gradient, needs) => rule(e, { inputs, saved, gradient, needs }, options) };
    });
}
