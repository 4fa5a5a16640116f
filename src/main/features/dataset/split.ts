import type { ImageRecord, Split } from '../../../shared/dataset.ts';
import { SPLITS } from '../../../shared/dataset.ts';
import { randomFor } from '../../../shared/random.ts';
import { byCodePoint } from '../../foundation/words.ts';

export const SHARES: Record<Split, number> = { train: 0.7, valid: 0.15, test: 0.15 };
const S = SPLITS.length;
const TRAIN = SPLITS.indexOf('train');

export type Splittable = Pick<ImageRecord, 'file' | 'className' | 'sha256' | 'group'>;

/** Images that must stay together, and how many of each class they are. */
interface Unit {
  images: number[]; // positions in the sorted listing
  classes: [classIndex: number, images: number][];
}

/**
 * The split of each image, in the order given; the answer depends on the images and the seed, not on that order.
 *
 * Images that share a group or the same content form one unit (also through others: a connected component), and a unit
 * never straddles splits. Units go, largest first and equals in an order drawn from the seed, to the split that leaves the
 * sum over classes of (images there - target)² smallest, targets being 70, 15 and 15 % of the class; ties go to the split that is
 * shortest of its share over all classes. So a class of n ungrouped images ends within 1 of each target.
 * Then each class gets min(2, its size) images into train, where the units allow no less: a class without a pair there can't be learned.
 */
export function assignSplits(images: readonly Splittable[], seed: number): Split[] {
  const order = images.map((_, i) => i).sort((a, b) => byCodePoint(images[a]!.file, images[b]!.file));
  const sorted = order.map((i) => images[i]!);
  const { classOf, sizes } = indexClasses(sorted);
  const units = randomFor(seed, 'split')
    .shuffled(unitsOf(sorted, classOf))
    .sort((a, b) => b.images.length - a.images.length); // stable: equals keep the drawn order

  const counts = new Float64Array(sizes.length * S); // [class, split]
  const totals = new Float64Array(S);
  const place = units.map((unit) => {
    const s = nearestSplit(unit, counts, totals, sizes, sorted.length);
    move(unit, s, 1, counts, totals);
    return s;
  });
  ensureTrainPairs(units, place, counts, totals, sizes);

  const splits = new Array<Split>(images.length);
  units.forEach((unit, u) => unit.images.forEach((i) => (splits[order[i]!] = SPLITS[place[u]!]!)));
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

/** The connected components, in the order of their first image. */
function unitsOf(images: readonly Splittable[], classOf: number[]): Unit[] {
  const parent = images.map((_, i) => i);
  const rootOf = (i: number): number => {
    while (parent[i] !== i) i = parent[i] = parent[parent[i]!]!; // path halving
    return i;
  };
  const join = (i: number, j: number): void => {
    const [a, b] = [rootOf(i), rootOf(j)];
    parent[Math.max(a, b)] = Math.min(a, b);
  };
  const firstOfContent = new Map<string, number>();
  const firstOfGroup = new Map<string, number>();
  const joinFirst = (first: Map<string, number>, key: string, i: number): void => {
    const other = first.get(key);
    if (other === undefined) first.set(key, i);
    else join(other, i);
  };
  images.forEach(({ sha256, group }, i) => {
    joinFirst(firstOfContent, sha256, i);
    if (group !== null) joinFirst(firstOfGroup, group, i);
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

/** How much the sum of squared deviations grows when the unit comes to split s: (d + k)² - d² for each class, d = count - target. */
function growth(unit: Unit, s: number, counts: Float64Array, sizes: number[]): number {
  let sum = 0;
  for (const [c, k] of unit.classes) sum += k * (2 * (counts[c * S + s]! - SHARES[SPLITS[s]!] * sizes[c]!) + k);
  return sum;
}

function nearestSplit(unit: Unit, counts: Float64Array, totals: Float64Array, sizes: number[], images: number): number {
  const surplus = (s: number): number => totals[s]! - SHARES[SPLITS[s]!] * images;
  let best = 0;
  let bestGrowth = growth(unit, 0, counts, sizes);
  for (let s = 1; s < S; s++) {
    const g = growth(unit, s, counts, sizes);
    const tied = Math.abs(g - bestGrowth) < 1e-9;
    if (tied ? surplus(s) < surplus(best) - 1e-9 : g < bestGrowth) {
      best = s;
      bestGrowth = g;
    }
  }
  return best;
}

function move(unit: Unit, s: number, sign: 1 | -1, counts: Float64Array, totals: Float64Array): void {
  for (const [c, k] of unit.classes) counts[c * S + s]! += sign * k;
  totals[s]! += sign * unit.images.length;
}

/**
 * A class can be left without training images if its subjects span classes or it has one image. Moves its cheapest units to
 * train. A unit that moves to train never reduces what another class has there.
 */
function ensureTrainPairs(units: Unit[], place: number[], counts: Float64Array, totals: Float64Array, sizes: number[]): void {
  const lacks = (c: number): boolean => counts[c * S + TRAIN]! < Math.min(2, sizes[c]!);
  const lacking = new Map<number, number[]>(); // class -> its units outside train
  sizes.forEach((_, c) => {
    if (lacks(c)) lacking.set(c, []);
  });
  if (lacking.size === 0) return;
  units.forEach((unit, u) => {
    if (place[u] !== TRAIN) for (const [c] of unit.classes) lacking.get(c)?.push(u);
  });
  for (const [c, candidates] of lacking) {
    while (lacks(c)) {
      let u = -1;
      let least = Infinity;
      for (const candidate of candidates) {
        if (place[candidate] === TRAIN) continue;
        const cost = moveCost(units[candidate]!, place[candidate]!, counts, sizes);
        if (cost < least) [u, least] = [candidate, cost];
      }
      move(units[u]!, place[u]!, -1, counts, totals);
      move(units[u]!, TRAIN, 1, counts, totals);
      place[u] = TRAIN;
    }
  }
}

/** The change of the sum of squared deviations when a unit leaves split s for train. */
function moveCost(unit: Unit, s: number, counts: Float64Array, sizes: number[]): number {
  let leaving = 0; // (d - k)² - d²
  for (const [c, k] of unit.classes) leaving += k * (k - 2 * (counts[c * S + s]! - SHARES[SPLITS[s]!] * sizes[c]!));
  return leaving + growth(unit, TRAIN, counts, sizes);
}
