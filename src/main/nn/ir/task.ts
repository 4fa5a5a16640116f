import type { OptimizerName } from '../../../shared/run.ts';
import type { SourceProgram } from './program.ts';
import type { Value } from './value.ts';

/** A computation with fixed parameters: the values to fetch and the gradients to compute. */
export interface Task {
  program: SourceProgram;
  /** Values by the names under which they are fetched. */
  outputs: Readonly<Record<string, Value>>;
  /**
   * Signed Grad-CAM, fetched as `signedMap` [N, h, w]: S = sum over channels of mean_hw(d of / d features) * features,
   * each image with its own features [N, C, h, w] and its own gradient. `of` is summed if it is a vector.
   */
  signedMap?: { of: Value; features: Value };
  /** d(of)/d(parameter), fetched as `gradient:NAME`. */
  gradients?: { of: Value; wrt: readonly string[] };
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
