import { AppError } from '../../../shared/errors.ts';

interface Waiting {
  proceed: () => void;
  onWait: (before: number) => void;
}

/** Runs one task at a time, in order. Two trainings at once would each take longer than both in sequence. */
export class SerialQueue {
  private busy = false;
  private readonly waiting: Waiting[] = [];

  /** Number of running and waiting tasks. */
  get length(): number {
    return this.waiting.length + (this.busy ? 1 : 0);
  }

  /**
   * Runs `work` after all earlier tasks. While it must wait, `onWait` gets the number of tasks before it, the running one included, on
   * every change. Throws AppError 'cancelled' if aborted while waiting.
   */
  async run<T>(signal: AbortSignal, onWait: (before: number) => void, work: () => Promise<T>): Promise<T> {
    if (this.busy) {
      onWait(this.length);
      await this.waitForTurn(signal, onWait);
    }
    this.busy = true;
    try {
      return await work();
    } finally {
      this.busy = false;
      this.waiting.shift()?.proceed();
      this.announceWaiting();
    }
  }

  private announceWaiting(): void {
    for (const [i, { onWait }] of this.waiting.entries()) onWait(i + 1);
  }

  private waitForTurn(signal: AbortSignal, onWait: (before: number) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const cancel = (): void => {
        this.waiting.splice(this.waiting.indexOf(entry), 1);
        this.announceWaiting();
        reject(new AppError('cancelled', 'Cancelled.'));
      };
      const entry: Waiting = {
        onWait,
        proceed: () => {
          signal.removeEventListener('abort', cancel);
          this.busy = true; // set before the waiting task resumes, so that no other task starts first
          resolve();
        },
      };
      if (signal.aborted) {
        reject(new AppError('cancelled', 'Cancelled.'));
        return;
      }
      signal.addEventListener('abort', cancel, { once: true });
      this.waiting.push(entry);
    });
  }
}
