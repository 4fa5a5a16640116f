import type { ImageRecord, Pair } from '../../../shared/dataset.ts';
import { numberIn } from '../../../shared/numbering.ts';
import type { IntervalUnit } from '../../../shared/run.ts';

/**
 * What counts as one independent observation: an image, or a group (subject) where the data set has groups. Images with the same pixels
 * are one unit.
 */
export interface ImageUnits {
  over: IntervalUnit;
  of: Uint32Array; // [images] unit of each image, numbered from 0
}

/** The units of both images of each pair. Equal numbers: the pair lies within one unit. */
export interface PairUnits {
  over: IntervalUnit;
  count: number; // units that occur in the pairs
  a: Uint32Array; // [N], below `count`
  b: Uint32Array;
}

/** An image without a group counts as its own group, as in the split. */
export function unitsOf(images: readonly Pick<ImageRecord, 'group' | 'content'>[]): ImageUnits {
  const over = images.some(({ group }) => group !== null) ? 'groups' : 'images';
  const numbers = new Map<string, number>();
  return { over, of: Uint32Array.from(images, ({ group, content }) => numberIn(numbers, group === null ? `c${content}` : `g${group}`)) };
}

/** `ids`: the images of `units`, in the same order. All images of the pairs must be among them. */
export function unitsOfPairs(pairs: readonly Pick<Pair, 'a' | 'b'>[], ids: ArrayLike<number>, units: ImageUnits): PairUnits {
  const unitOf = new Map(Array.from(ids, (id, row) => [id, units.of[row]]));
  const numbers = new Map<number | undefined, number>();
  const number = (image: number): number => numberIn(numbers, unitOf.get(image));
  const a = Uint32Array.from(pairs, (pair) => number(pair.a));
  const b = Uint32Array.from(pairs, (pair) => number(pair.b));
  return { over: units.over, count: numbers.size, a, b };
}

/** Every image is a unit. */
export function imageUnitsOfPairs(pairs: readonly Pick<Pair, 'a' | 'b'>[]): PairUnits {
  const ids = [...new Set(pairs.flatMap(({ a, b }) => [a, b]))];
  return unitsOfPairs(pairs, ids, { over: 'images', of: Uint32Array.from(ids, (_, i) => i) });
}
