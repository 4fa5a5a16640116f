import type { Random } from '../../../shared/random.ts';

export const FOLDS = 5;
/** Units that a class must have to be judged: one for each fold, so every probe has seen the class in at least four. */
export const FEWEST_UNITS = FOLDS;

/**
 * Numbers units [n] from 0: images that must be in the same fold, because one tells the class of the other (same content, same group, near
 * duplicates). `keys`: a list of n keys; equal ones are linked, null links nothing. `links`: pairs of positions.
 */
export function unitsOf(
  n: number,
  keys: readonly (readonly (string | number | null)[])[],
  links: Iterable<readonly [number, number]> = [],
): Int32Array {
  const parent = Int32Array.from({ length: n }, (_, i) => i);
  const rootOf = (i: number): number => {
    let at = i;
    while (parent[at] !== at) at = parent[at] = parent[parent[at]!]!;
    return at;
  };
  const join = (a: number, b: number): void => {
    const [x, y] = [rootOf(a), rootOf(b)];
    parent[Math.max(x, y)] = Math.min(x, y);
  };
  for (const list of keys) {
    const first = new Map<string | number, number>();
    list.forEach((key, i) => {
      if (key === null) return;
      const other = first.get(key);
      if (other === undefined) first.set(key, i);
      else join(other, i);
    });
  }
  for (const [a, b] of links) join(a, b);
  const numbers = new Map<number, number>();
  return Int32Array.from({ length: n }, (_, i) => {
    const root = rootOf(i);
    const number = numbers.get(root) ?? numbers.size;
    numbers.set(root, number);
    return number;
  });
}

/** Number of units of each class, [k]. `classOf` [n], `unitOf` [n]. */
export function unitsPerClass(classOf: Int32Array, unitOf: Int32Array, k: number): Int32Array {
  const seen = Array.from({ length: k }, () => new Set<number>());
  classOf.forEach((j, i) => seen[j]!.add(unitOf[i]!));
  return Int32Array.from(seen, ({ size }) => size);
}

/**
 * The fold of each image, [n], 0..FOLDS-1: whole units, and of each class about as many images in every fold. Units are taken largest first
 * (equal ones in random order) and put where their classes are rarest.
 */
export function stratifiedFolds(classOf: Int32Array, unitOf: Int32Array, k: number, random: Random): Uint8Array {
  const members: number[][] = [];
  unitOf.forEach((unit, i) => (members[unit] ??= []).push(i));
  const perClass = new Float64Array(k);
  for (const j of classOf) perClass[j]!++;
  const inFold = Array.from({ length: FOLDS }, () => new Float64Array(k));
  const sizes = new Float64Array(FOLDS);
  const fold = new Uint8Array(classOf.length);
  const order = random.shuffle(members.filter((unit) => unit !== undefined)).sort((a, b) => b.length - a.length);
  for (const unit of order) {
    const filled = inFold.map((counts) => unit.reduce((sum, i) => sum + counts[classOf[i]!]! / perClass[classOf[i]!]!, 0));
    let best = 0;
    for (let f = 1; f < FOLDS; f++)
      if (filled[f]! < filled[best]! - 1e-9 || (filled[f]! < filled[best]! + 1e-9 && sizes[f]! < sizes[best]!)) best = f;
    for (const i of unit) {
      fold[i] = best;
      inFold[best]![classOf[i]!]!++;
    }
    sizes[best]! += unit.length;
  }
  return fold;
}
