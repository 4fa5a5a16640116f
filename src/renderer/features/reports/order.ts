/** The list with one item moved; `to` is clamped to the list. */
export function moveItem<T>(list: readonly T[], from: number, to: number): T[] {
  const next = [...list];
  const [item] = next.splice(from, 1);
  if (item === undefined) return next;
  next.splice(Math.max(0, Math.min(next.length, to)), 0, item);
  return next;
}

/**
 * New index of an item dragged over a list: before the row under the pointer, or after it in its lower half.
 * `from` is its current index, `over` the row under the pointer, `lower` whether the pointer is in its lower half.
 */
export function dropIndex(from: number, over: number, lower: boolean): number {
  const gap = over + (lower ? 1 : 0); // insertion gap, counted with the dragged row in place
  return gap > from ? gap - 1 : gap;
}
