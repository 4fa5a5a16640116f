/**
 * Yields each item with the result of `work` on it, in order. Work on the next item runs while the consumer uses this one, at most
 * one item ahead. A failure is thrown when its item is due. When the loop ends, by an error or an early return too, started work
 * has settled.
 */
export async function* prefetch<T, R>(items: Iterable<T>, work: (item: T) => Promise<R>): AsyncGenerator<[T, R], void, undefined> {
  const rest = items[Symbol.iterator]();
  const begin = (): { item: T; result: Promise<R> } | null => {
    const next = rest.next();
    if (next.done) return null;
    const result = work(next.value);
    result.catch(() => undefined); // thrown in its turn, or no longer needed
    return { item: next.value, result };
  };
  let current = begin();
  try {
    while (current) {
      const { item, result } = current;
      const made = await result;
      current = begin();
      yield [item, made];
    }
  } finally {
    await current?.result.catch(() => undefined);
  }
}
