import { type DuplicateImage, type DuplicateReport, rejectionTest } from './duplicates.ts';
import type { Split } from './dataset.ts';

/** Images that show one photograph. */
export interface Stack {
  images: DuplicateImage[]; // the one to keep first; see `byQuality`
  isExact: boolean; // all have the same pixels
  least: number; // the lowest score of a link that joined them
}

/** A link of this score is one photograph with hardly any change: such links may form chains. */
const CERTAIN = 0.97;

interface Link {
  a: number;
  b: number;
  score: number;
}

/**
 * Stacks of at least two of `among`, the largest first. Links of lower score than `threshold` are left out, and a guard stops chains of slightly
 * different photographs (a film of one scene) from becoming one stack:
 *
 *   1. Images with the same pixels, or linked at CERTAIN or more, are one unit (connected components, highest scores first).
 *   2. The unit with the most weaker links is the centre of a stack, which gets the free units that are linked with it; then the next one.
 *
 * So each image of a stack matches its centre, or is certainly the same as one that does. Two images that a person said are no duplicates never are in
 * one stack. Time: proportional to the links, but for sorting.
 */
export function stacksOf(report: Pick<DuplicateReport, 'pairs' | 'images' | 'rejected'>, threshold: number): Stack[] {
  const { pairs, images, rejected } = report;
  const isRejected = rejectionTest(rejected);
  const links: Link[] = [];
  for (let i = 0; i < pairs.a.length; i++) {
    const [a, b, score] = [pairs.a[i]!, pairs.b[i]!, pairs.isExact[i] ? 1 : pairs.score[i]!];
    if (score >= threshold && !isRejected(a, b)) links.push({ a, b, score });
  }
  links.sort((one, other) => other.score - one.score || one.a - other.a || one.b - other.b);
  const sets = new DisjointSets(rejected);
  const weak: Link[] = [];
  for (const link of links) {
    if (link.score < CERTAIN) weak.push(link);
    else sets.join(link);
  }
  joinAroundCentres(sets, weak);
  return stacksIn(sets, images);
}

function joinAroundCentres(sets: DisjointSets, weak: readonly Link[]): void {
  const linksOf = new Map<number, Link[]>(); // by unit
  for (const link of weak) {
    const [a, b] = [sets.find(link.a), sets.find(link.b)];
    if (a === b) continue;
    for (const [unit, other] of [
      [a, b],
      [b, a],
    ] as const) {
      const own = linksOf.get(unit);
      const toOther = { a: unit, b: other, score: link.score };
      if (own) own.push(toOther);
      else linksOf.set(unit, [toOther]);
    }
  }
  const taken = new Set<number>();
  const reach = (unit: number): number => new Set(linksOf.get(unit)!.map(({ b }) => b)).size;
  const centres = [...linksOf.keys()].map((unit) => ({ unit, others: reach(unit) })).sort((a, b) => b.others - a.others || a.unit - b.unit);
  for (const { unit } of centres) {
    if (taken.has(unit)) continue;
    taken.add(unit);
    for (const link of linksOf.get(unit)!) if (!taken.has(link.b) && sets.join(link)) taken.add(link.b);
  }
}

function stacksIn(sets: DisjointSets, images: readonly DuplicateImage[]): Stack[] {
  const members = new Map<number, DuplicateImage[]>();
  for (const image of images) {
    const root = sets.find(image.id);
    const own = members.get(root);
    if (own) own.push(image);
    else members.set(root, [image]);
  }
  return [...members]
    .filter(([, own]) => own.length > 1)
    .map(([root, own]) => ({
      images: own.toSorted(byQuality),
      isExact: new Set(own.map(({ content }) => content)).size === 1,
      least: sets.least(root),
    }))
    .sort((a, b) => b.images.length - a.images.length || a.images[0]!.id - b.images[0]!.id);
}

/** Test and validation images are kept before training images of the same size: so a leak is repaired in training. */
const KEEP_ORDER: readonly Split[] = ['test', 'valid', 'train'];
const SAME_SIZE = 1.02; // ratio of pixels below which two sizes count as one

/** Sorts the image to keep first: included ones, then the largest, the sharpest, by split, by id. */
function byQuality(a: DuplicateImage, b: DuplicateImage): number {
  const [sizeA, sizeB] = [a.width * a.height, b.width * b.height];
  const isSameSize = Math.max(sizeA, sizeB) < SAME_SIZE * Math.min(sizeA, sizeB);
  return (
    Number(a.excluded) - Number(b.excluded) ||
    (isSameSize ? 0 : sizeB - sizeA) ||
    (b.sharpness || 0) - (a.sharpness || 0) ||
    KEEP_ORDER.indexOf(a.split) - KEEP_ORDER.indexOf(b.split) ||
    a.id - b.id
  );
}

export const included = ({ images }: Stack): DuplicateImage[] => images.filter(({ excluded }) => !excluded);

/** Whether included images of it are in training and in validation or test. */
export function isLeak(stack: Stack): boolean {
  const splits = new Set(included(stack).map(({ split }) => split));
  return splits.has('train') && splits.size > 1;
}

/** Whether included images of it are of several classes. */
export const isContradicting = (stack: Stack): boolean => new Set(included(stack).map(({ className }) => className)).size > 1;

/** Whether only one of its images is still included, or none. */
export const isDone = (stack: Stack): boolean => included(stack).length < 2;

/** Sets of images, by union and find. A set never has two images that a person said are no duplicates. */
class DisjointSets {
  private readonly parents = new Map<number, number>();
  private readonly apart = new Map<number, Set<number>>(); // images that may not be in the set of a root
  private readonly sizes = new Map<number, number>();
  private readonly leasts = new Map<number, number>();

  constructor(rejected: readonly (readonly [number, number])[]) {
    for (const [a, b] of rejected) {
      for (const [one, other] of [
        [a, b],
        [b, a],
      ] as const)
        this.apart.set(one, (this.apart.get(one) ?? new Set()).add(other));
    }
  }

  find(image: number): number {
    let root = image;
    for (let next = this.parents.get(root); next !== undefined; next = this.parents.get(root)) root = next;
    for (let at = image; at !== root;) {
      const next = this.parents.get(at)!;
      this.parents.set(at, root);
      at = next;
    }
    return root;
  }

  /** The lowest score of a link that joined the set. */
  least(root: number): number {
    return this.leasts.get(root) ?? 1;
  }

  /** Returns whether both are now in one set. */
  join({ a, b, score }: Link): boolean {
    let [small, large] = [this.find(a), this.find(b)];
    if (small === large) return true;
    for (const image of this.apart.get(small) ?? []) if (this.find(image) === large) return false;
    if ((this.sizes.get(small) ?? 1) > (this.sizes.get(large) ?? 1)) [small, large] = [large, small];
    this.parents.set(small, large);
    this.sizes.set(large, (this.sizes.get(small) ?? 1) + (this.sizes.get(large) ?? 1));
    this.leasts.set(large, Math.min(this.least(small), this.least(large), score));
    const apart = this.apart.get(small);
    if (apart) this.apart.set(large, new Set([...(this.apart.get(large) ?? []), ...apart]));
    return true;
  }
}
