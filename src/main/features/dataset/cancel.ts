import { AppError } from '../../../shared/errors.ts';

/** Throws AppError 'cancelled' if the signal is aborted. `signal.throwIfAborted` would throw a DOMException, whose code is a number. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new AppError('cancelled', 'The import was cancelled; nothing was stored.');
}
