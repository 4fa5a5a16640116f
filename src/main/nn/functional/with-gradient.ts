import type { ProgramBuilder } from '../ir/build/builder.ts';
import type { Operations } from '../ir/operations.ts';
import type { Value } from '../ir/value.ts';

/** Values that the forward pass saves for its gradient rule, by name. */
type Saved = Readonly<Record<string, Value>>;

export interface RuleContext<S extends Saved> {
  inputs: readonly Value[];
  saved: S;
  /** dL/d(first output), in the shape of that output. */
  gradient: Value;
  /** Whether each input's gradient is needed. The rule may return null for the others. */
  needs: readonly boolean[];
}

/**
 * A function with a custom gradient rule that replaces the rules of its primitives. Used where a hand-written rule was measured
 * faster. Only the first output is differentiated. TensorFlow.js ignores the rule and differentiates the primitives, so it
 * remains an independent check.
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
