import type { ProgramBuilder } from '../ir/build/builder.ts';
import type { Value } from '../ir/value.ts';

/**
 * The kinds of samples that a loss is computed from, and the layout of a batch.
 * - pairs: two images and a label, 0 for the same class, 1 for different ones.
 * - labelled: an image. The label is the number of its class (or group). The loss combines all images of a batch.
 * - none: a run without training steps.
 *
 * `images`: per sample. Image k of sample t is row k * samples + t of the batch: all first images, then all second images.
 * `divisible`: the loss is a mean over samples, so the weighted gradients of a batch's parts add up to the batch's gradient.
 * Where the loss combines all images they don't, so a batch can't be computed in parts when memory is short.
 */
export const SAMPLES = {
  pairs: { images: 2, divisible: true },
  labelled: { images: 1, divisible: false },
  none: { images: 0, divisible: false },
} as const;

export type SampleKind = keyof typeof SAMPLES;

export interface LossOptions {
  margin: number; // m, in units of distance; of ArcFace in radians
  classes?: number; // of labelled samples, whose labels are 0 to classes - 1
}

/** A loss on the embeddings of a batch. */
export interface Loss {
  samples: SampleKind;
  /**
   * Appends the loss [] and the distances [M] that a step reports. `embedding` [images * samples, d], `labels` [samples]. The
   * distances are grouped by sample, in sample order.
   */
  build(b: ProgramBuilder, embedding: Value, labels: Value, options: LossOptions): { loss: Value; distances: Value };
  /** Labels of the reported distances [M]: 0 same class, 1 different. The AUC of an epoch is computed from them. */
  distanceLabels(labels: readonly number[]): readonly (0 | 1)[];
  /** The loss of pairs, from their `distances` and `labels` [P]. Every run is validated on the same stored pairs, whatever its loss. */
  ofPairs(distances: ArrayLike<number>, labels: ArrayLike<number>, options: LossOptions): number;
}
