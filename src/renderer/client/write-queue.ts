/** Runs writes one at a time, in the order of the calls: two requests of a browser may overtake each other. */
export class WriteQueue {
  private last: Promise<unknown> = Promise.resolve();

  /** Rejects as `work` does; later work runs all the same. */
  add<T>(work: () => Promise<T>): Promise<T> {
    const result = this.last.then(work);
    this.last = result.catch(() => undefined);
    return result;
  }
}
