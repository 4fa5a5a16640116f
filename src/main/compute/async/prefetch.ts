/**
 * Each item with what `work` makes of it, in the items' order. The work on the next item is begun before an item is handed out,
 * so it goes on meanwhile, and never on more than that one. What fails is thrown when its turn comes. However this ends (to the
 * end, an early return, an error here or where the items are used), work that was begun has settled by then.
 */
export async function* ahead<T, R>(items: Iterable<T>, work: (item: T) => Promise<R>): AsyncGenerator<[T, R], void, undefined> {
  const rest = items[Symbol.iterator]();
  const begin = (): { item: T; result: Promise<R> } | null => {
    const next = rest.next();
    if (next.done) return null;
    const result = work(next.value);
    result.catch(() => undefined); // it is thrown in its turn, or nobody wants it any more
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
