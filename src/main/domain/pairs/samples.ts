import type { Pair } from '../../../shared/dataset.ts';
import type { NegativeKind } from '../../../shared/pair-relation.ts';
import { type Random, randomFor } from '../../../shared/random.ts';
import { type TrainImage, trainingPairs } from './sample-pairs.ts';

/** Input of one loss term: image ids and a label. */
export interface Sample {
  images: readonly number[];
  label: number;
}

/** One epoch's pairs in random order; label 0 same, 1 different. */
export const pairSamples = (images: readonly TrainImage[], seed: number, epoch: number, negatives?: NegativeKind): Sample[] =>
  trainingPairs(images, seed, epoch, negatives).map(({ a, b, label }) => ({ images: [a, b], label }));

/** All pairs of a list, in a new random order in each epoch. */
export const listedSamples = (pairs: readonly Pair[], seed: number, epoch: number): Sample[] =>
  randomFor(seed, 'listed', epoch)
    .shuffle(pairs)
    .map(({ a, b, label }) => ({ images: [a, b], label }));

/** The composition of a step's images. */
export interface ClassBatch {
  classesPerStep: number;
  imagesPerClass: number;
}

/**
 * One epoch's images, step after step. A step takes `imagesPerClass` images of each of `classesPerStep` classes (groups, where same means
 * same group). With fewer classes it takes more images of each, so every step has the same size. A sample's label is the index of the class
 * in alphabetical order. An epoch has as many steps as fill the data set once, at least one.
 *
 * No step has two images of one content; images whose content is filed under several classes are left out. Classes, and the images of a
 * class, are used round-robin in a random order that is drawn again after each round, so images of small classes are repeated. A class with
 * fewer than `imagesPerClass` images gives all of them. If all images are fewer than a step needs, a step has all of them.
 */
export function labelledSamples(
  images: readonly TrainImage[],
  seed: number,
  epoch: number,
  { classesPerStep, imagesPerClass }: ClassBatch,
): Sample[] {
  const random = randomFor(seed, 'labelled', epoch);
  const members = membersOfClasses(images);
  const total = members.reduce((sum, { length }) => sum + length, 0);
  const size = Math.min(classesPerStep * imagesPerClass, total);
  const classes = new Turns(
    members.map((_, label) => label),
    random,
  );
  const turns = members.map((ids) => new Turns(ids, random));
  const samples: Sample[] = [];
  for (let step = 0; step < Math.max(1, Math.floor(total / size)); step++) {
    const used = new Set<number>();
    const usedOfClass = new Map<number, number>();
    const round = new Set<number>(); // classes that had their turn since all had
    while (used.size < size) {
      if (round.size === members.length) round.clear();
      const label = classes.next(round);
      round.add(label);
      const before = usedOfClass.get(label) ?? 0;
      const count = Math.min(imagesPerClass, members[label]!.length - before, size - used.size);
      usedOfClass.set(label, before + count);
      for (let n = 0; n < count; n++) {
        const id = turns[label]!.next(used);
        used.add(id);
        samples.push({ images: [id], label });
      }
    }
  }
  return samples;
}

/** Classes of the labelled samples. */
export const countClasses = (images: readonly TrainImage[]): number => membersOfClasses(images).length;

/** Ids of the training images by class, in alphabetical order; one id of each content. */
function membersOfClasses(images: readonly TrainImage[]): number[][] {
  const train = inTraining(images).toSorted((a, b) => a.id - b.id);
  const nameOf = ({ identity, className }: TrainImage): string => identity ?? className;
  const namesOf = new Map<string, Set<string>>();
  for (const image of train) namesOf.set(image.content, (namesOf.get(image.content) ?? new Set()).add(nameOf(image)));
  const names = [...new Set(train.map(nameOf))].sort();
  const members = new Map(names.map((name) => [name, new Map<string, number>()]));
  for (const image of train) {
    const ofName = members.get(nameOf(image))!;
    if (namesOf.get(image.content)!.size === 1 && !ofName.has(image.content)) ofName.set(image.content, image.id);
  }
  return [...members.values()].map((ids) => [...ids.values()]).filter(({ length }) => length > 0);
}

/** Round-robin: each item once in a random order, then again in another. A skipped item stays next in line. */
class Turns {
  private readonly items: readonly number[];
  private readonly random: Random;
  private order: number[] = [];

  constructor(items: readonly number[], random: Random) {
    this.items = items;
    this.random = random;
  }

  /** `skip`: some of the items, not all. */
  next(skip: ReadonlySet<number>): number {
    for (;;) {
      const at = this.order.findLastIndex((item) => !skip.has(item));
      if (at >= 0) return this.order.splice(at, 1)[0]!;
      this.order.unshift(...this.random.shuffle(this.items));
    }
  }
}

const inTraining = (images: readonly TrainImage[]): TrainImage[] => images.filter(({ split }) => split === 'train');
