import type { Emitter, Ref } from '../emit.ts';

export type Shape = readonly number[];

/** What a forward pass leaves behind for its own gradient, by name. */
export type Saved = Readonly<Record<string, Ref>>;

export interface GradientContext<A> {
  inputs: readonly Ref[];
  outputs: readonly Ref[];
  saved: Saved;
  attrs: A;
  /** dL/d(first output), of that output's shape. */
  gradient: Ref;
  /** Which inputs' gradients are wanted; the others may be left null. */
  needs: readonly boolean[];
}

/**
 * One operation: its shape check, its forward pass and its gradient rule stand in one file. Only the first output is
 * differentiated; further outputs (batch statistics) are side results.
 */
export interface Op<A> {
  /** Output shapes; throws an Error with the shapes in it where the inputs do not fit. */
  shapes(inputs: readonly Shape[], attrs: A): Shape[];
  forward(e: Emitter, inputs: readonly Ref[], attrs: A): { outputs: Ref[]; saved?: Saved };
  /** Gradients by input, null where not wanted or always zero. */
  gradient(e: Emitter, c: GradientContext<A>): (Ref | null)[];
}

export function expectRank(shape: Shape, rank: number, what: string): void {
  if (shape.length !== rank) throw new Error(`${what} must have ${rank} axes, not [${shape}].`);
}

export function expectShape(shape: Shape, expected: Shape, what: string): void {
  if (shape.length !== expected.length || shape.some((d, i) => d !== expected[i])) throw new Error(`${what} must be [${expected}], not [${shape}].`);
}
