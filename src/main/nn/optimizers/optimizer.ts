import type { Emitter, Ref } from '../emit.ts';

export interface OptimizerOptions {
  weightDecay: number; // applied to kernels and dense weights, not to biases and batch norms
}

/** Numbers that change from step to step and are fed in: [] each. */
export interface StepScalars {
  lr: Ref;
  /** 1 / (1 - beta1^t) and 1 / (1 - beta2^t), t = 1 for the first step. */
  correction1: Ref;
  correction2: Ref;
}

/** The same numbers as StepScalars for an update in place, and `factor`, by which the gradient is multiplied first (clipping). */
export interface HostScalars {
  lr: number;
  correction1: number;
  correction2: number;
  factor: number;
  weightDecay: number; // 0 where the parameter has none
}

/** One update rule. `slots` names the tensors of state that each parameter carries from step to step, zero at first. */
export interface Optimizer {
  slots: readonly string[];
  update(e: Emitter, parameter: Ref, gradient: Ref, state: readonly Ref[], s: StepScalars, o: OptimizerOptions): { parameter: Ref; state: Ref[] };
  /**
   * The same on numbers in memory: overwrites parameter and state in one pass. As a dozen operations, each of which reads
   * and writes whole tensors, a large network's update takes a fifth of its step on a processor; so it is a tenth of that.
   */
  updateInPlace(parameter: Float32Array, gradient: Float32Array, state: readonly Float32Array[], s: HostScalars): void;
}

export const BETA1 = 0.9;
export const BETA2 = 0.999;
export const EPSILON = 1e-8;

/** Weight decay pulls on matrices and kernels only: on biases and batch-norm scales it does harm (He et al. 2019, section 3.1). */
export const decays = (parameter: { shape: readonly number[] }): boolean => parameter.shape.length > 1;
