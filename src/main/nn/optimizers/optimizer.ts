export interface OptimizerOptions {
  weightDecay: number; // 0 for a parameter without weight decay, see `decays`
}

/** Scalars that change from step to step. */
export interface StepScalars<T> {
  lr: T;
  /** 1 / (1 - beta1^t) and 1 / (1 - beta2^t), t = 1 for the first step. */
  correction1: T;
  correction2: T;
}

/** The operations that a rule uses. They append instructions to a program (ProgramBuilder) or to a WebAssembly loop (VectorLoop). */
export interface Arithmetic<T> {
  add: (a: T, b: T) => T;
  sub: (a: T, b: T) => T;
  mul: (a: T, b: T) => T;
  div: (a: T, b: T) => T;
  sqrt: (a: T) => T;
  square: (a: T) => T;
  scale: (a: T, factor: number) => T;
  scalar: (value: number) => T;
}

/** An update rule. `slots`: names of each parameter's state tensors, which are zero before the first step. */
export interface Optimizer {
  slots: readonly string[];
  update<T>(e: Arithmetic<T>, parameter: T, gradient: T, state: readonly T[], s: StepScalars<T>, o: OptimizerOptions): { parameter: T; state: T[] };
}

export const BETA1 = 0.9;
export const BETA2 = 0.999;
export const EPSILON = 1e-8;

/** Bias corrections of the step that follows `steps` steps, see StepScalars. */
export const correctionsAfter = (steps: number): { correction1: number; correction2: number } => ({
  correction1: 1 / (1 - BETA1 ** (steps + 1)),
  correction2: 1 / (1 - BETA2 ** (steps + 1)),
});

/** Weight decay applies to matrices and kernels only: on biases and batch-norm scales it lowers accuracy (He et al. 2019, section 3.1). */
export const decays = (parameter: { shape: readonly number[] }): boolean => parameter.shape.length > 1;
