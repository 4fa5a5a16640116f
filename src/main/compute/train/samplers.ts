import type { TrainImage } from '../../domain/pairs/sample-pairs.ts';
import { labelledSamples, pairSamples, type Sample, tripletSamples } from '../../domain/pairs/samples.ts';
import type { SampleKind } from '../../nn/losses/loss.ts';

type Sampler = (images: readonly TrainImage[], seed: number, epoch: number) => Sample[];

/** One epoch's samples for each kind, from images of the train split alone. The epoch (1-based) has a random stream of its own. */
export const SAMPLERS = { pairs: pairSamples, triplets: tripletSamples, labelled: labelledSamples } as const satisfies Record<SampleKind, Sampler>;
