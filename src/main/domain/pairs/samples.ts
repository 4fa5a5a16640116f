import { randomFor } from '../../../shared/random.ts';
import { samplePairs, type TrainImage, trainingPairs } from './sample-pairs.ts';

/** Input of one loss term: image ids and a label. */
export interface Sample {
  images: readonly number[];
  label: number;
}

/** One epoch's pairs in random order; label 0 same class, 1 different. */
export const pairSamples = (images: readonly TrainImage[], seed: number, epoch: number): Sample[] =>
  trainingPairs(images, seed, epoch).map(({ a, b, label }) => ({ images: [a, b], label }));

/** One epoch's triplets in random order: anchor, image of its class, image of another class. At most one per anchor. */
export function tripletSamples(images: readonly TrainImage[], seed: number, epoch: number): Sample[] {
  const random = randomFor(seed, 'triplets', epoch);
  const pairs = samplePairs(inTraining(images), random, { rounds: 1 }); // an anchor's 'same' pair, then its 'different' one
  const triplets = Array.from({ length: pairs.length / 2 }, (_, i): Sample => {
    const [same, different] = [pairs[2 * i]!, pairs[2 * i + 1]!];
    return { images: [same.a, same.b, different.b], label: 0 };
  });
  return random.shuffle(triplets);
}

/**
 * One epoch's images in samples of two of the same class; the label is the index of the class in alphabetical order. Leaves
 * out images whose content is filed under several classes, and one image of each class with an odd number of images.
 */
export function labelledSamples(images: readonly TrainImage[], seed: number, epoch: number): Sample[] {
  const random = randomFor(seed, 'labelled', epoch);
  const train = inTraining(images).toSorted((a, b) => a.id - b.id);
  const classOf = new Map<string, Set<string>>();
  for (const { content, className } of train) classOf.set(content, (classOf.get(content) ?? new Set()).add(className));
  const names = [...new Set(train.map(({ className }) => className))].sort();
  const samples = names.flatMap((name, label) => {
    const members = random.shuffle(train.filter(({ className, content }) => className === name && classOf.get(content)!.size === 1));
    return Array.from({ length: members.length >> 1 }, (_, i): Sample => ({ images: members.slice(2 * i, 2 * i + 2).map(({ id }) => id), label }));
  });
  return random.shuffle(samples);
}

const inTraining = (images: readonly TrainImage[]): TrainImage[] => images.filter(({ split }) => split === 'train');
