const IDLE_TIMEOUT_MS = 300;

/** Does a small piece of work for each item, one in each idle moment of the page. Returns what ends it. */
export function forEachIdle<T>(items: readonly T[], work: (item: T) => void): () => void {
  let waiting = 0;
  const next = (at: number): void => {
    if (at >= items.length) return;
    waiting = requestIdleCallback(
      () => {
        work(items[at]!);
        next(at + 1);
      },
      { timeout: IDLE_TIMEOUT_MS },
    );
  };
  next(0);
  return () => cancelIdleCallback(waiting);
}
