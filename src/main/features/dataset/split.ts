import type { ImageRecord, Split } from '../../../shared/dataset.ts';
import { SPLITS } from '../../../shared/dataset.ts';
import { randomFor } from '../../../shared/random.ts';
import { byCodePoint } from '../../foundation/words.ts';

export const SHARES: Record<Split, number> = { train: 0.7, valid: 0.15, test: 0.15 };
const SPLIT_COUNT = SPLITS.length;
const TRAIN = SPLITS.indexOf('train');

export type Splittable = Pick<ImageRecord, 'file' | 'className' | 'content' | 'group'>;

/** Images that must be in the same split, counted by class. */
export interface Unit {
  images: number[]; // positions in the sorted listing
  classes: [classIndex: number, images: number][];
}

/**
 * The split of each image, in input order. The result depends on the images and the seed, not on that order.
 *
 * A unit is a connected component of images that share a group or content; it is never divided between splits. Units are
 * assigned largest first, equal ones in random order, to the split that minimises the sum over classes of (count - target)².
 * Targets are 70, 15 and 15 % of each class. Ties go to the split with the largest deficit over all classes. The counts of a
 * class without groups differ from their targets by at most 1 image.
 * Finally each class gets at least min(2, size) images in train, because a class without a pair there can't be learned.
 */
export function assignSplits(images: readonly Splittable[], seed: number): Split[] {
  const order = images.map((_, i) => i).sort((a, b) => byCodePoint(images[a]!.file, images[b]!.file));
  const sorted = order.map((i) => images[i]!);
  const { sizes } = indexClasses(sorted);
  const units = randomFor(seed, 'split')
    .shuffle(unitsOf(sorted, ({ content, group }) => [content, group]))
    .sort((a, b) => b.images.length - a.images.length); // stable: units of equal size stay in random order

  const counts = new Float64Array(sizes.length * SPLIT_COUNT); // [class, split]
  const totals = new Float64Array(SPLIT_COUNT);
  const splitOf = units.map((unit) => {
    const s = nearestSplit(unit, counts, totals, sizes, sorted.length);
    move(unit, s, 1, counts, totals);
    return s;
  });
  ensureTrainPairs(units, splitOf, counts, totals, sizes);

  const splits = new Array<Split>(images.length);
  units.forEach((unit, u) => unit.images.forEach((i) => (splits[order[i]!] = SPLITS[splitOf[u]!]!)));
  return splits;
}

function indexClasses(images: readonly Splittable[]): { classOf: number[]; sizes: number[] } {
  const indices = new Map<string, number>();
  const sizes: number[] = [];
  const classOf = images.map(({ className }) => {
    let index = indices.get(className);
    if (index === undefined) {
      index = sizes.push(0) - 1;
      indices.set(className, index);
    }
    sizes[index]!++;
    return index;
  });
  return { classOf, sizes };
}

/** Assigns units whole: 70, 15 and 15 % of all images, whatever their classes. */
export function divideWhole(units: readonly Unit[], images: number): Split[] {
  const counts = new Float64Array(SPLIT_COUNT);
  const totals = new Float64Array(SPLIT_COUNT);
  return units.map(({ images: members }) => {
    const unit: Unit = { images: members, classes: [[0, members.length]] };
    const s = nearestSplit(unit, counts, totals, [images], images);
    move(unit, s, 1, counts, totals);
    return SPLITS[s]!;
  });
}

/**
 * Connected components of the images that share any of their keys at the same position (null: none), by union-find, in the order
 * of their first image.
 */
export function unitsOf(images: readonly Splittable[], keysOf: (image: Splittable) => (string | null)[]): Unit[] {
  const { classOf } = indexClasses(images);
  const parent = images.map((_, i) => i);
  const rootOf = (i: number): number => {
    while (parent[i] !== i) i = parent[i] = parent[parent[i]!]!; // path halving
    return i;
  };
  const join = (i: number, j: number): void => {
    const [a, b] = [rootOf(i), rootOf(j)];
    parent[Math.max(a, b)] = Math.min(a, b);
  };
  const firsts: Map<string, number>[] = []; // by position of the key
  const joinFirst = (first: Map<string, number>, key: string, i: number): void => {
    const other = first.get(key);
    if (other === undefined) first.set(key, i);
    else join(other, i);
  };
  images.forEach((image, i) => {
    keysOf(image).forEach((key, k) => {
      if (key !== null) joinFirst((firsts[k] ??= new Map()), key, i);
    });
  });

  const members = new Map<number, number[]>();
  images.forEach((_, i) => {
    const root = rootOf(i);
    const unit = members.get(root);
    if (unit) unit.push(i);
    else members.set(root, [i]);
  });
  return [...members.values()].map((unit) => {
    const classes = new Map<number, number>();
    for (const i of unit) classes.set(classOf[i]!, (classes.get(classOf[i]!) ?? 0) + 1);
    return { images: unit, classes: [...classes] };
  });
}

/** Increase of the sum of squared deviations if the unit joins split s: sum of (d + k)² - d², d = count - target, k = images of the unit. */
function costIncrease(unit: Unit, s: number, counts: Float64Array, sizes: number[]): number {
  let sum = 0;
  for (const [c, k] of unit.classes) sum += k * (2 * (counts[c * SPLIT_COUNT + s]! - SHARES[SPLITS[s]!] * sizes[c]!) + k);
  return sum;
}

/** The split with the smallest cost increase; ties go to the one with the largest deficit. */
function nearestSplit(unit: Unit, counts: Float64Array, totals: Float64Array, sizes: number[], images: number): number {
  const surplus = (s: number): number => totals[s]! - SHARES[SPLITS[s]!] * images;
  let best = 0;
  let lowestIncrease = costIncrease(unit, 0, counts, sizes);
  for (let s = 1; s < SPLIT_COUNT; s++) {
    const increase = costIncrease(unit, s, counts, sizes);
    const tied = Math.abs(increase - lowestIncrease) < 1e-9;
    if (tied ? surplus(s) < surplus(best) - 1e-9 : increase < lowestIncrease) {
      best = s;
      lowestIncrease = increase;
    }
  }
  return best;
}

/** Adds the unit to the counts of split s, or removes it (`sign` -1). */
function move(unit: Unit, s: number, sign: 1 | -1, counts: Float64Array, totals: Float64Array): void {
  for (const [c, k] of unit.classes) counts[c * SPLIT_COUNT + s]! += sign * k;
  totals[s]! += sign * unit.images.length;
}

/**
 * A class with one image, or whose subjects span several classes, may lack images in train. Moves units to train, cheapest
 * first, until each class has min(2, size). Never removes images of another class from train.
 */
function ensureTrainPairs(units: Unit[], splitOf: number[], counts: Float64Array, totals: Float64Array, sizes: number[]): void {
  const lacks = (c: number): boolean => counts[c * SPLIT_COUNT + TRAIN]! < Math.min(2, sizes[c]!);
  const outside = new Map<number, number[]>(); // class that lacks images -> its units outside train
  sizes.forEach((_, c) => {
    if (lacks(c)) outside.set(c, []);
  });
  if (outside.size === 0) return;
  units.forEach((unit, u) => {
    if (splitOf[u] !== TRAIN) for (const [c] of unit.classes) outside.get(c)?.push(u);
  });
  for (const [c, candidates] of outside) {
    while (lacks(c)) {
      let u = -1;
      let lowestCost = Infinity;
      for (const candidate of candidates) {
        if (splitOf[candidate] === TRAIN) continue;
        const cost = moveCost(units[candidate]!, splitOf[candidate]!, counts, sizes);
        if (cost < lowestCost) [u, lowestCost] = [candidate, cost];
      }
      move(units[u]!, splitOf[u]!, -1, counts, totals);
      move(units[u]!, TRAIN, 1, counts, totals);
      splitOf[u] = TRAIN;
    }
  }
}

/** Change of the sum of squared deviations if a unit moves from split s to train. */
function moveCost(unit: Unit, s: number, counts: Float64Array, sizes: number[]): number {
  let removal = 0; // (d - k)² - d²
  for (const [c, k] of unit.classes) removal += k * (k - 2 * (counts[c * SPLIT_COUNT + s]! - SHARES[SPLITS[s]!] * sizes[c]!));
  return removal + costIncrease(unit, TRAIN, counts, sizes);
}
