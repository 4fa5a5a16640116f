import { UNSORTED } from '../../../shared/dataset.ts';
import { byNaturalOrder } from '../../../shared/natural-order.ts';

/** Classes by their number key: those that have one keep it, new ones follow in natural order. */
export function keyedClasses(before: readonly string[], present: readonly string[]): string[] {
  const classes = present.filter((name) => name !== UNSORTED);
  const known = before.filter((name) => classes.includes(name));
  return [...known, ...classes.filter((name) => !known.includes(name)).sort(byNaturalOrder)];
}

/** Index of the image to sort next: the first after the sorted ones, else the last before them; null if there is no other. */
export function nextToSort(ids: readonly number[], sorted: readonly number[]): number | null {
  const done = new Set(sorted);
  const last = ids.findLastIndex((id) => done.has(id));
  const after = ids.findIndex((id, i) => i > last && !done.has(id));
  if (after >= 0) return after;
  const before = ids.findLastIndex((id, i) => i < last && !done.has(id));
  return before >= 0 ? before : null;
}

/** The position of the class that a key names, from 0; null for other keys. */
export function classOfKey({ key, ctrlKey, metaKey, altKey }: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>): number | null {
  return ctrlKey || metaKey || altKey || !/^[1-9]$/.test(key) ? null : Number(key) - 1;
}
