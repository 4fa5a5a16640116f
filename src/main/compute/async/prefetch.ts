/**
 * Yields each item with the result of `work` on it, in order. Work on the next item runs while the consumer uses this one, one item
 * in advance. A failure is thrown when its item is due. Started work has settled when the loop ends, also after an error or an
 * early return.
 */
export async function* prefetch<T, R>(items: Iterable<T>, work: (item: T) => Promise<R>): AsyncGenerator<[T, R], void, undefined> {
  const iterator = items[Symbol.iterator]();
  const begin = (): { item: T; result: Promise<R> } | null => {
    const next = iterator.next();
    if (next.done) return null;
    const result = work(next.value);
    result.catch(() => undefined); // rethrown when its item is due, or no longer needed
    return { item: next.value, result };
  };
  let current = begin();
  try {
    while (current) {
      const { item, result } = current;
      const value = await result;
      current = begin();
      yield [item, value];
    }
  } finally {
    await current?.result.catch(() => undefined);
  }
}
