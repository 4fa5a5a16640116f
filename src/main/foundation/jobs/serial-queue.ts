import { AppError } from '../../../shared/errors.ts';

/** Runs one task at a time, in order: two trainings at once would each take longer than both in turn. */
export class SerialQueue {
  private busy = false;
  private readonly waiting: (() => void)[] = [];

  /** Tasks running or waiting. */
  get length(): number {
    return this.waiting.length + (this.busy ? 1 : 0);
  }

  /** Runs `work` when its turn comes. `onWait` is called once if it has to wait. Throws AppError 'cancelled' after `signal` while waiting. */
  async run<T>(signal: AbortSignal, onWait: (before: number) => void, work: () => Promise<T>): Promise<T> {
    if (this.busy) {
      onWait(this.length);
      await this.turn(signal);
    }
    this.busy = true;
    try {
      return await work();
    } finally {
      this.busy = false;
      this.waiting.shift()?.();
    }
  }

  private turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const cancel = (): void => {
        this.waiting.splice(this.waiting.indexOf(enter), 1);
        reject(new AppError('cancelled', 'Cancelled.'));
      };
      const enter = (): void => {
        signal.removeEventListener('abort', cancel);
        this.busy = true; // before the awaiting work resumes, so that no other takes its turn
        resolve();
      };
      if (signal.aborted) {
        reject(new AppError('cancelled', 'Cancelled.'));
        return;
      }
      signal.addEventListener('abort', cancel, { once: true });
      this.waiting.push(enter);
    });
  }
}
