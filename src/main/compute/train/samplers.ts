import type { NegativeKind } from '../../../shared/pair-relation.ts';
import type { TrainImage } from '../../domain/pairs/sample-pairs.ts';
import { type ClassBatch, labelledSamples, pairSamples, type Sample } from '../../domain/pairs/samples.ts';
import type { SampleKind } from '../../nn/losses/loss.ts';

type Sampler = (images: readonly TrainImage[], seed: number, epoch: number, options: Options) => Sample[];

type Options = ClassBatch & { negatives: NegativeKind };

/** Sampling of one epoch, by sample kind, from training images only. Each epoch (1-based) has its own random stream. */
export const SAMPLERS = {
  pairs: (images, seed, epoch, { negatives }) => pairSamples(images, seed, epoch, negatives),
  labelled: labelledSamples,
  none: () => [],
} as const satisfies Record<SampleKind, Sampler>;
