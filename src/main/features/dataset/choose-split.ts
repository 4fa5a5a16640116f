import { numberIn } from '../../../shared/numbering.ts';
import type { Split } from '../../../shared/dataset.ts';
import { SPLITS } from '../../../shared/dataset.ts';
import { randomFor } from '../../../shared/random.ts';
import { byCodePoint } from '../../foundation/words.ts';
import { assignSplits, divideWhole, SHARES, type Splittable, unitsOf } from './split.ts';

const PAIR = 2; // contents that form a pair
const MANY_CLASSES = 20; // 15 % of them are at least 3 classes
const MIN_PAIRED = 0.25; // of the images that can be paired: a split whose 'same' pairs come from fewer says little of the others

/**
 * The split of each image, in input order, so that every split can form pairs where that is possible. The result depends on the
 * images and the seed, not on that order.
 *
 * 70, 15 and 15 % of each class leave one image of a class of 6 to validation, and none of a class of 2: no pair of the same class.
 * Then either whole classes are assigned, as in the protocols of CUB-200 and Stanford Online Products, which test on classes that
 * the network has not seen; or each class gives at least two images to validation and to test. Whole classes come first where there
 * are many. Without a method that gives pairs to all splits, it is the first that gives some to training and validation.
 */
export function chooseSplits(images: readonly Splittable[], seed: number): Split[] {
  const order = images.map((_, i) => i).sort((a, b) => byCodePoint(images[a]!.file, images[b]!.file));
  const sorted = order.map((i) => images[i]!);
  const chosen = chooseSorted(sorted, seed);
  const splits = new Array<Split>(images.length);
  order.forEach((i, position) => (splits[i] = chosen[position]!));
  return splits;
}

/** Whole classes apart: 70, 15 and 15 % of the images. The result depends on the images and the seed, not on their order. */
export function wholeClassSplits(images: readonly Splittable[], seed: number): Split[] {
  const order = images.map((_, i) => i).sort((a, b) => byCodePoint(images[a]!.file, images[b]!.file));
  const sorted = order.map((i) => images[i]!);
  const chosen = wholeClasses(sorted, new ClassContents(sorted), seed);
  const splits = new Array<Split>(images.length);
  order.forEach((i, position) => (splits[i] = chosen[position]!));
  return splits;
}

function chooseSorted(images: readonly Splittable[], seed: number): Split[] {
  const contents = new ClassContents(images);
  const shares = assignSplits(images, seed);
  if (contents.arePaired(shares)) return shares;
  const smallest = smallestCounts(images, contents, seed);
  const whole = wholeClasses(images, contents, seed);
  const several = SPLITS.every((split) => contents.paired(whole, split).length >= 2); // so that not all 'same' pairs are of one class
  const isMany = contents.sizes.filter((size) => size >= PAIR).length >= MANY_CLASSES;
  if (isMany && several) return whole;
  if (contents.arePaired(smallest)) return smallest;
  if (several) return whole;
  const trainable = [shares, smallest, whole].find((splits) => contents.pairedShare(splits, 'train') * contents.pairedShare(splits, 'valid') > 0);
  return trainable ?? shares;
}

/** Counts different contents by class. A content is never divided between splits. */
class ClassContents {
  readonly sizes: number[] = []; // by class
  readonly classOf: number[]; // by image
  private readonly isFirst: boolean[]; // by image: of its content in its class

  constructor(images: readonly Splittable[]) {
    const indices = new Map<string, number>();
    const seen: Set<string>[] = [];
    this.isFirst = images.map(() => false);
    this.classOf = images.map(({ className, content }, i) => {
      const c = numberIn(indices, className);
      const contents = (seen[c] ??= new Set());
      if (contents.has(content)) return c;
      contents.add(content);
      this.sizes[c] = contents.size;
      this.isFirst[i] = true;
      return c;
    });
  }

  /** Contents of each class among some images: [class, contents][]. */
  among(positions: readonly number[]): [number, number][] {
    const counts = new Map<number, number>();
    for (const i of positions) if (this.isFirst[i]) counts.set(this.classOf[i]!, (counts.get(this.classOf[i]!) ?? 0) + 1);
    return [...counts];
  }

  /** Classes with at least one pair of class 'same' in the split. */
  paired(splits: readonly Split[], split: Split): number[] {
    const counts = this.inSplit(splits, split);
    return [...counts.keys()].filter((c) => counts[c]! >= PAIR);
  }

  /** The share of images that form such a pair there, of those that can; 0 without a second class for pairs of different classes. */
  pairedShare(splits: readonly Split[], split: Split): number {
    const counts = this.inSplit(splits, split);
    if (counts.filter((n) => n > 0).length < 2) return 0;
    const sum = (classes: readonly number[]): number => classes.reduce((total, c) => total + this.sizes[c]!, 0);
    const usable = [...this.sizes.keys()].filter((c) => this.sizes[c]! >= PAIR);
    return usable.length === 0 ? 0 : sum(this.paired(splits, split)) / sum(usable);
  }

  arePaired(splits: readonly Split[]): boolean {
    return SPLITS.every((split) => this.pairedShare(splits, split) >= MIN_PAIRED);
  }

  private inSplit(splits: readonly Split[], split: Split): number[] {
    const counts = this.sizes.map(() => 0);
    for (const [i, first] of this.isFirst.entries()) if (first && splits[i] === split) counts[this.classOf[i]!]!++;
    return counts;
  }
}

/**
 * Each class gives validation, then test, 15 % of its contents but at least two, while two stay in training. Units go smallest
 * first, equal ones in random order.
 */
function smallestCounts(images: readonly Splittable[], contents: ClassContents, seed: number): Split[] {
  const units = randomFor(seed, 'split-smallest')
    .shuffle(unitsOf(images, ({ content, group }) => [content, group]))
    .sort((a, b) => a.images.length - b.images.length)
    .map(({ images: members }) => ({ members, classes: contents.among(members) }));
  const training = [...contents.sizes];
  const splits = new Array<Split>(images.length).fill('train');
  for (const split of ['valid', 'test'] as const) {
    const missing = contents.sizes.map((size) => Math.max(PAIR, Math.round(SHARES[split] * size)));
    const gives = ([c]: [number, number]): boolean => missing[c]! > 0 && training[c]! >= PAIR + Math.min(PAIR, missing[c]!);
    for (const { members, classes } of units) {
      if (splits[members[0]!] !== 'train' || !classes.some(gives) || classes.some(([c, n]) => training[c]! - n < PAIR)) continue;
      for (const i of members) splits[i] = split;
      for (const [c, n] of classes) {
        training[c]! -= n;
        missing[c]! -= n;
      }
    }
  }
  return splits;
}

/**
 * 70, 15 and 15 % of the images, in whole classes. Classes that share a subject or a content stay together. Validation and test
 * get two classes with pairs, while two stay in training.
 */
function wholeClasses(images: readonly Splittable[], contents: ClassContents, seed: number): Split[] {
  const units = randomFor(seed, 'split-classes')
    .shuffle(unitsOf(images, ({ className, content, group }) => [content, group, className]))
    .sort((a, b) => b.images.length - a.images.length);
  const splitOf = divideWhole(units, images.length);
  const pairs = units.map((unit) => new Set(unit.images.map((i) => contents.classOf[i]!).filter((c) => contents.sizes[c]! >= PAIR)).size);
  const classesIn = (split: Split): number => pairs.reduce((sum, n, u) => sum + (splitOf[u] === split ? n : 0), 0);
  for (const split of ['valid', 'test'] as const) {
    for (let u = units.length - 1; u >= 0 && classesIn(split) < 2; u--) {
      if (splitOf[u] === 'train' && pairs[u]! > 0 && classesIn('train') - pairs[u]! >= 2) splitOf[u] = split;
    }
  }
  const splits = new Array<Split>(images.length);
  units.forEach((unit, u) => unit.images.forEach((i) => (splits[i] = splitOf[u]!)));
  return splits;
}
