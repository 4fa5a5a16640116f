import type { ProgramBuilder } from '../ir/build/builder.ts';
import type { Value } from '../ir/value.ts';

/**
 * What a loss is computed from, and how a batch of it is laid out.
 * pairs: two images and a label, 0 same class, 1 different. triplets: an anchor, an image of its class, one of another;
 * the label is 0. labelled: two images of one class, labelled with its number. The loss combines all images of a batch.
 *
 * `images`: in one sample. The batch's image k of sample t is row k * samples + t: all first images, then all second ones.
 * `divisible`: the loss is a mean over samples, so the gradients of a batch's parts add up to its own. Where all images
 * are combined they don't, and a batch can't be computed in parts when memory is short.
 */
export const SAMPLES = {
  pairs: { images: 2, divisible: true },
  triplets: { images: 3, divisible: true },
  labelled: { images: 2, divisible: false },
} as const;

export type SampleKind = keyof typeof SAMPLES;

export interface LossOptions {
  margin: number; // m, in units of distance
}

/** A loss on the embeddings of a batch. Labels: 0 same class, 1 different. */
export interface Loss {
  samples: SampleKind;
  /**
   * Adds the loss [] and the distances [M] that a step reports to a program. `embedding` [images * samples, d], `labels`
   * [samples]. The distances of one sample follow one another, in the order of the samples.
   */
  build(b: ProgramBuilder, embedding: Value, labels: Value, options: LossOptions): { loss: Value; distances: Value };
  /** Which of the reported distances are of different classes, [M]: what the AUC of an epoch is computed from. */
  distanceLabels(labels: readonly number[]): readonly (0 | 1)[];
  /** The loss of pairs whose distances are known, `distances` and `labels` [P]. Every run is validated on the same stored pairs. */
  ofPairs(distances: ArrayLike<number>, labels: ArrayLike<number>, options: LossOptions): number;
}
