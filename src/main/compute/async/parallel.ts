import { AppError } from '../../../shared/errors.ts';

export interface ParallelOptions {
  signal?: AbortSignal | undefined;
  /** Called after every finished item. */
  onProgress?: ((done: number, total: number) => void) | undefined;
}

export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new AppError('cancelled', 'Cancelled.');
}

/**
 * `fn` over all items, at most `limit` (>= 1) at a time, results in the order of the items.
 * After the first failure or a cancellation (AppError 'cancelled') no further item starts. The error is thrown when all started
 * items have settled, so no file is being written any longer.
 */
export async function mapParallel<T, R>(
  items: readonly T[],
  limit: number,
  fn: (item: T, index: number) => Promise<R>,
  { signal, onProgress }: ParallelOptions = {},
): Promise<R[]> {
  const results = new Array<R>(items.length);
  let next = 0;
  let done = 0;
  let failure: { error: unknown } | null = null;
  const worker = async (): Promise<void> => {
    while (!failure && next < items.length) {
      const index = next++;
      try {
        throwIfCancelled(signal);
        results[index] = await fn(items[index]!, index);
        done++;
        onProgress?.(done, items.length);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  const workers = Math.max(1, Math.min(Math.floor(limit) || 1, items.length));
  await Promise.all(Array.from({ length: workers }, worker));
  if (failure) throw (failure as { error: unknown }).error;
  throwIfCancelled(signal);
  return results;
}
