import type { NegativeKind } from '../../../shared/pair-relation.ts';
import { randomFor } from '../../../shared/random.ts';
import { samplePairs, type TrainImage, trainingPairs } from './sample-pairs.ts';

/** Input of one loss term: image ids and a label. */
export interface Sample {
  images: readonly number[];
  label: number;
}

/** One epoch's pairs in random order; label 0 same, 1 different. */
export const pairSamples = (images: readonly TrainImage[], seed: number, epoch: number, negatives?: NegativeKind): Sample[] =>
  trainingPairs(images, seed, epoch, negatives).map(({ a, b, label }) => ({ images: [a, b], label }));

/** One epoch's triplets in random order: anchor, image of its identity (class or group), image of another. At most one per anchor. */
export function tripletSamples(images: readonly TrainImage[], seed: number, epoch: number, negatives: NegativeKind = 'anywhere'): Sample[] {
  const random = randomFor(seed, 'triplets', epoch);
  const pairs = samplePairs(inTraining(images), random, { rounds: 1, negatives }); // an anchor's 'same' pair, then its 'different' one
  const triplets = Array.from({ length: pairs.length / 2 }, (_, i): Sample => {
    const [same, different] = [pairs[2 * i]!, pairs[2 * i + 1]!];
    return { images: [same.a, same.b, different.b], label: 0 };
  });
  return random.shuffle(triplets);
}

/**
 * One epoch's images in samples of two of the same identity (class or group); the label is the index of the identity in alphabetical
 * order. Leaves out images whose content has several identities, and one image of each identity with an odd number of images.
 */
export function labelledSamples(images: readonly TrainImage[], seed: number, epoch: number): Sample[] {
  const random = randomFor(seed, 'labelled', epoch);
  const train = inTraining(images).toSorted((a, b) => a.id - b.id);
  const nameOf = ({ identity, className }: TrainImage): string => identity ?? className;
  const namesOf = new Map<string, Set<string>>();
  for (const image of train) namesOf.set(image.content, (namesOf.get(image.content) ?? new Set()).add(nameOf(image)));
  const byName = Map.groupBy(train, nameOf);
  const samples = [...byName.keys()].sort().flatMap((name, label) => {
    const members = random.shuffle(byName.get(name)!.filter(({ content }) => namesOf.get(content)!.size === 1));
    return Array.from({ length: members.length >> 1 }, (_, i): Sample => ({ images: members.slice(2 * i, 2 * i + 2).map(({ id }) => id), label }));
  });
  return random.shuffle(samples);
}

const inTraining = (images: readonly TrainImage[]): TrainImage[] => images.filter(({ split }) => split === 'train');
