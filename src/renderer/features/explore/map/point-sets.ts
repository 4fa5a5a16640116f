import type { Column } from './colours.ts';
import type { Rect } from './view-box.ts';

/** Sets of points and of keys of the legend, as new values: the state is replaced, never changed. */

export const NO_KEYS: ReadonlySet<string> = new Set();

export const setOf = <T>(items: Iterable<T>): ReadonlySet<T> => new Set(items);

/** Without duplicates, ascending. */
export const ascending = (points: Iterable<number>): number[] => [...new Set(points)].sort((a, b) => a - b);

/** The entries shown after a click on one: only it, or all if it was the only one; with `add` it is added or removed. */
export function keysAfterClick(shown: ReadonlySet<string>, key: string, add: boolean): ReadonlySet<string> {
  if (add) return shown.has(key) ? new Set([...shown].filter((other) => other !== key)) : new Set([...shown, key]);
  return shown.size === 1 && shown.has(key) ? NO_KEYS : new Set([key]);
}

/** Positions of the values that are in `wanted`, ascending. */
export function positionsOf(values: Int32Array, wanted: Iterable<number>): number[] {
  const set = new Set(wanted);
  const found: number[] = [];
  for (const [i, value] of values.entries()) if (set.has(value)) found.push(i);
  return found;
}

/** All points, those without a category first, then by category, each ascending. */
export function byCategory({ names, codes }: Column): Int32Array {
  const next = new Int32Array(names.length + 2);
  for (const code of codes) next[code + 2]!++;
  for (let category = 0; category <= names.length; category++) next[category + 1]! += next[category]!;
  const order = new Int32Array(codes.length);
  for (const [i, code] of codes.entries()) order[next[code + 1]!++] = i;
  return order;
}

/** The points of `order` in a rectangle of the map, edges included. `xy` [n, 2]. */
export function pointsIn({ left, right, bottom, top }: Rect, xy: ArrayLike<number>, order: Int32Array): number[] {
  const found: number[] = [];
  for (const i of order) {
    const [x, y] = [xy[2 * i]!, xy[2 * i + 1]!];
    if (x >= left && x <= right && y >= bottom && y <= top) found.push(i);
  }
  return found;
}
