/**
 * Each item with the result of `work` on it, in the items' order. Work on the next item starts before an item is yielded and runs
 * meanwhile, one item ahead at most. A failure is thrown in its item's turn. However this ends (exhausted, an early return, an error
 * here or in the consumer), work that was started has settled by then.
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
