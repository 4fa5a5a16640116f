import { startAtPageEnd } from './page-end.ts';

/**
 * Runs writes one at a time, in the order of the calls: two requests of a browser may overtake each other. If the page ends, those that
 * wait run at once: they would be lost.
 */
export class WriteQueue {
  private last: Promise<unknown> = Promise.resolve();

  /** Rejects as `work` does; later work runs all the same. */
  add<T>(work: () => Promise<T>): Promise<T> {
    const turn = Promise.withResolvers<null>();
    const stopWaiting = startAtPageEnd(() => turn.resolve(null));
    const before = this.last;
    void before.then(() => turn.resolve(null));
    const result = turn.promise.then(() => {
      stopWaiting();
      return work();
    });
    this.last = Promise.allSettled([before, result]);
    return result;
  }
}
