import { startAtPageEnd } from './page-end.ts';

/**
 * Runs writes one at a time, in the order of the calls: two requests of a browser may overtake each other. If the page ends, all that still
 * wait are started, because they would be lost otherwise.
 */
export class WriteQueue {
  private last: Promise<unknown> = Promise.resolve();

  /** Rejects as `work` does; later work runs all the same. */
  add<T>(work: () => Promise<T>): Promise<T> {
    const { promise, resolve } = Promise.withResolvers<T>();
    let waits = true;
    const start = (): void => {
      if (!waits) return;
      waits = false;
      stopWaiting();
      resolve(work());
    };
    const stopWaiting = startAtPageEnd(start);
    void this.last.then(start);
    this.last = Promise.allSettled([this.last, promise]);
    return promise;
  }
}
