import { countNoun, countText } from '../../../shared/format.ts';
import type { ImageRecord, Split, SplitSource } from '../../../shared/dataset.ts';
import { SPLITS } from '../../../shared/dataset.ts';
import type { Unseen } from '../../../shared/run.ts';
import { AppError } from '../../../shared/errors.ts';
import { joinList, quote } from '../../foundation/words.ts';
import { wholeClassSplits } from './choose-split.ts';
import { assignSplits, type Splittable } from './split.ts';

export type UnseenSplit = Extract<SplitSource, 'unseen-classes' | 'unseen-groups'>;
export const isUnseenSplit = (source: SplitSource | undefined): source is UnseenSplit => source === 'unseen-classes' || source === 'unseen-groups';

const CLASSES_PER_SPLIT = 2; // of two different images each, so that a split has same pairs of several classes, and different pairs
const CLASSES_NEEDED = CLASSES_PER_SPLIT * SPLITS.length;
const CLASS_RULE = 'Test classes that a network has never seen need two classes of two different images each in training, validation and test';

/**
 * A split whose validation and test images are of classes, or groups, that training has not. `images`: with groups for
 * 'unseen-groups'. Throws AppError 'bad-dataset' where there are too few, 'usage' without groups.
 */
export function unseenSplits(images: readonly Splittable[], source: UnseenSplit, seed: number): Split[] {
  return source === 'unseen-classes' ? unseenClasses(images, seed) : unseenGroups(images, seed);
}

function unseenClasses(images: readonly Splittable[], seed: number): Split[] {
  const contents = contentsOf(images, ({ className }) => className);
  const usable = [...contents].filter(([, ofClass]) => ofClass.size >= 2).map(([name]) => name);
  if (usable.length < CLASSES_NEEDED) {
    const small = [...contents.keys()].filter((name) => !usable.includes(name)).sort();
    const note = small.length === 0 ? '' : ` Classes with fewer than two different images: ${joinList(small.map(quote))}.`;
    throw tooFewError(`${CLASS_RULE}, ${CLASSES_NEEDED} in all. There ${areCount(usable.length, 'such class')}.${note} Choose another split.`);
  }
  const splits = wholeClassSplits(images, seed);
  for (const split of SPLITS) {
    const here = contentsOf(
      images.filter((_, i) => splits[i] === split),
      ({ className }) => className,
    );
    const pairs = [...here.values()].filter((ofClass) => ofClass.size >= 2).length;
    if (pairs < CLASSES_PER_SPLIT) {
      throw tooFewError(
        `${CLASS_RULE}. Classes that share a subject or a copy of an image must stay together, so ${split === 'train' ? 'training' : split === 'valid' ? 'validation' : 'test'} gets ${countText(pairs)}. Choose another split, or another group rule.`,
      );
    }
  }
  return splits;
}

function unseenGroups(images: readonly Splittable[], seed: number): Split[] {
  if (images.every(({ group }) => group === null)) throw groupRuleMissing();
  const splits = assignSplits(images, seed); // keeps groups whole, and copies together
  for (const split of SPLITS) {
    const groups = contentsOf(
      images.filter((_, i) => splits[i] === split),
      ({ group, file }) => group ?? file,
    ).size;
    if (groups < 2) {
      const all = contentsOf(images, ({ group, file }) => group ?? file).size;
      throw tooFewError(
        `Test groups that a network has never seen need at least two groups each in training, validation and test. The ${countNoun(all, 'group')} of this folder can’t be divided like that: choose another group rule or another split.`,
      );
    }
  }
  return splits;
}

export const groupRuleMissing = (): AppError =>
  new AppError('usage', 'A split by groups needs a group rule: choose how images are grouped, or another split.', { flags: ['--group-by'] });

const areCount = (n: number, noun: string): string => `${n === 1 ? 'is' : 'are'} ${countNoun(n, noun)}`;
const tooFewError = (sentence: string): AppError => new AppError('bad-dataset', sentence);

/** The different contents of each name. */
function contentsOf(images: readonly Splittable[], nameOf: (image: Splittable) => string): Map<string, Set<string>> {
  const contents = new Map<string, Set<string>>();
  for (const image of images) contents.set(nameOf(image), (contents.get(nameOf(image)) ?? new Set()).add(image.content));
  return contents;
}

/** Before files are read: why a split by whole classes is not possible, from the number of files of each class; null if it may be. */
export function tooFewClassFiles(files: readonly number[]): string | null {
  const usable = files.filter((n) => n >= 2).length;
  if (usable >= CLASSES_NEEDED) return null;
  return `${CLASS_RULE}, ${CLASSES_NEEDED} in all. There ${areCount(usable, 'such class')} here.`;
}

/** What no training image has of some images: their classes, else their groups, else null. */
export function unseenOf(images: readonly ImageRecord[], all: readonly ImageRecord[]): Unseen | null {
  const training = all.filter(({ split }) => split === 'train');
  const isUnseen = (nameOf: (image: ImageRecord) => string | null): boolean => {
    const seen = new Set(training.map(nameOf));
    return images.length > 0 && images.every((image) => !seen.has(nameOf(image)));
  };
  if (isUnseen(({ className }) => className)) return 'classes';
  return all.some(({ group }) => group !== null) && isUnseen(({ group, id }) => JSON.stringify(group ?? id)) ? 'groups' : null;
}
