type Work = () => void;

const delayed = new Set<Work>(); // writes that wait for a pause in typing
const queued = new Set<Work>(); // writes that wait for an earlier one

/** Starts everything that waits: the page is reloaded or closed, and the browser finishes only requests that have begun. */
function endPage(): void {
  for (const write of delayed) write();
  for (const start of queued) start();
}

if ('document' in globalThis) {
  addEventListener('beforeunload', endPage); // a desktop window is still complete
  addEventListener('pagehide', endPage);
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') for (const write of delayed) write();
  });
}

/** Calls `start` if the page ends before the returned function is called; several in the order in which they were added. */
export function startAtPageEnd(start: Work): Work {
  queued.add(start);
  return () => queued.delete(start);
}

/** Does `work` once, `ms` milliseconds after the last change; at once if the page is hidden, reloaded or closed before. */
export class DelayedWrite {
  private readonly ms: number;
  private readonly work: Work;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(ms: number, work: Work) {
    this.ms = ms;
    this.work = work;
  }

  /** Reports a change: the delay begins again. */
  schedule(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(this.flush, this.ms);
    delayed.add(this.flush);
  }

  /** Does the work now if it is due. */
  readonly flush = (): void => {
    if (this.cancel()) this.work();
  };

  /** Returns whether the work was due. */
  cancel(): boolean {
    clearTimeout(this.timer);
    return delayed.delete(this.flush);
  }
}
