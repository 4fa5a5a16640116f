import type { OptimizerName } from '../../../shared/run.ts';
import type { Operations } from './operations.ts';
import type { SourceProgram } from './program.ts';
import type { Value } from './value.ts';

/** A computation with fixed parameters: the values to fetch and the gradients to compute. */
export interface Task {
  program: SourceProgram;
  /** Values by the names under which they are fetched. */
  outputs: Readonly<Record<string, Value>>;
  /** Gradients inside the program, and outputs computed from them. */
  derived?: GradientStep;
  /** d(of)/d(parameter), fetched as `gradient:NAME`. */
  gradients?: { of: Value; wrt: readonly string[] };
}

/**
 * Gradients with respect to values inside a program, and what is computed from them. Each engine differentiates in its own way, so a
 * step names values only.
 */
export interface GradientStep {
  of: Value;
  /** The gradient is that of sum(seed * of), with `seed` constant. In the shape of `of`; default: all ones. */
  seed?: Value;
  wrt: readonly Value[];
  /**
   * Appends what is computed from the gradients, which have the shapes of `wrt` and are zero where `of` does not depend on a value.
   * `outputs`: values by the names under which they are fetched. `next`: a step that uses these gradients.
   */
  then(b: Operations, gradients: readonly Value[]): { outputs: Readonly<Record<string, Value>>; next?: GradientStep };
}

/** A statistic over batches, updated with the value of each: s = (1 - momentum) s + momentum * batch. */
export interface RunningStatistic {
  name: string; // of the parameter
  batch: Value;
  momentum: number;
}

/** One optimisation step over a batch of fixed shape. */
export interface TrainTask {
  program: SourceProgram;
  loss: Value; // []
  distances: Value; // [M], as reported by the loss
  /** Images per sample, and whether a batch can be computed in parts (losses/loss.ts). */
  samples: { images: number; divisible: boolean };
  trainable: readonly string[];
  statistics: readonly RunningStatistic[];
  optimizer: { name: OptimizerName; weightDecay: number; clipNorm: number };
}

/** Name of an optimizer's state tensor, e.g. `m/fc.0.weight`. */
export const slotName = (slot: string, parameter: string): string => `${slot}/${parameter}`;
