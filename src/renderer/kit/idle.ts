const IDLE_TIMEOUT_MS = 300;

/** Handles one item in each idle period of the page. Returns the cancel function. */
export function forEachIdle<T>(items: readonly T[], handle: (item: T) => void): () => void {
  let request = 0;
  const next = (at: number): void => {
    if (at >= items.length) return;
    request = requestIdleCallback(
      () => {
        handle(items[at]!);
        next(at + 1);
      },
      { timeout: IDLE_TIMEOUT_MS },
    );
  };
  next(0);
  return () => cancelIdleCallback(request);
}
