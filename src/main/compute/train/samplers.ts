import type { NegativeKind } from '../../../shared/pair-relation.ts';
import type { TrainImage } from '../../domain/pairs/sample-pairs.ts';
import { labelledSamples, pairSamples, type Sample, tripletSamples } from '../../domain/pairs/samples.ts';
import type { SampleKind } from '../../nn/losses/loss.ts';

type Sampler = (images: readonly TrainImage[], seed: number, epoch: number, negatives?: NegativeKind) => Sample[];

/** Sampling of one epoch, by sample kind, from training images only. Each epoch (1-based) has its own random stream. */
export const SAMPLERS = { pairs: pairSamples, triplets: tripletSamples, labelled: labelledSamples } as const satisfies Record<SampleKind, Sampler>;
