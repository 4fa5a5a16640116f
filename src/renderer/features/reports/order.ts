/** The list with one item at another place; places outside the list are its ends. */
export function moveItem<T>(list: readonly T[], from: number, to: number): T[] {
  const next = [...list];
  const [item] = next.splice(from, 1);
  if (item === undefined) return next;
  next.splice(Math.max(0, Math.min(next.length, to)), 0, item);
  return next;
}

/**
 * Where an item dragged over a list would come to lie: before the row under the pointer, or behind it in its lower half.
 * `from` is where it lies now; `over` the row, and `lower` whether the pointer is in its lower half.
 */
export function dropIndex(from: number, over: number, lower: boolean): number {
  const gap = over + (lower ? 1 : 0); // between which rows, counted with the dragged one in place
  return gap > from ? gap - 1 : gap;
}
