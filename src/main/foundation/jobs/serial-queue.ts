import { AppError } from '../../../shared/errors.ts';

/** Runs one task at a time, in order. Two trainings at once would each take longer than both in sequence. */
export class SerialQueue {
  private busy = false;
  private readonly waiting: (() => void)[] = [];

  /** Number of running and waiting tasks. */
  get length(): number {
    return this.waiting.length + (this.busy ? 1 : 0);
  }

  /** Runs `work` after all earlier tasks. Calls `onWait` once if it must wait. Throws AppError 'cancelled' if aborted while waiting. */
  async run<T>(signal: AbortSignal, onWait: (before: number) => void, work: () => Promise<T>): Promise<T> {
    if (this.busy) {
      onWait(this.length);
      await this.waitForTurn(signal);
    }
    this.busy = true;
    try {
      return await work();
    } finally {
      this.busy = false;
      this.waiting.shift()?.();
    }
  }

  private waitForTurn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const cancel = (): void => {
        this.waiting.splice(this.waiting.indexOf(proceed), 1);
        reject(new AppError('cancelled', 'Cancelled.'));
      };
      const proceed = (): void => {
        signal.removeEventListener('abort', cancel);
        this.busy = true; // set before the waiting task resumes, so that no other task starts first
        resolve();
      };
      if (signal.aborted) {
        reject(new AppError('cancelled', 'Cancelled.'));
        return;
      }
      signal.addEventListener('abort', cancel, { once: true });
      this.waiting.push(proceed);
    });
  }
}
