import { type AppError, asAppError } from '../../../../shared/errors.ts';
import { hasExamples, type PairExamples } from '../../../../shared/examples.ts';
import type { Job } from '../../../../shared/job.ts';
import { api } from '../../../client/api.ts';
import { jobs } from '../../../client/jobs.svelte.ts';

const WAIT_MS = 150; // a person who steps through a queue asks for nothing in between

/** The labelled images nearest to those of the shown pair. */
class Examples {
  found = $state.raw<PairExamples | null>(null);
  /** Images to be read first; null: none, or not known. */
  unread = $state<number | null>(null);
  error = $state.raw<AppError | null>(null);
  private controller: AbortController | null = null;

  /** Loads the examples of a stored comparison. `keep`: show the old ones until then. Returns the function that stops waiting for them. */
  load(comparison: string, keep = false): () => void {
    this.controller?.abort();
    const controller = (this.controller = new AbortController());
    if (!keep) this.found = null;
    this.unread = null;
    this.error = null;
    const timer = setTimeout(() => void this.fetch(comparison, controller), WAIT_MS);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }

  private async fetch(comparison: string, controller: AbortController): Promise<void> {
    try {
      const answer = await api.call('compare.examples', { comparison }, { signal: controller.signal });
      if (this.controller !== controller) return;
      this.found = hasExamples(answer) ? answer : null;
      this.unread = hasExamples(answer) ? null : answer.unread;
    } catch (error) {
      if (this.controller === controller && !controller.signal.aborted) this.error = asAppError(error);
    }
  }

  jobOf(run: string): Job | null {
    return jobs.of('examples', run);
  }

  /** Why reading the images of the run failed; null if it did not. */
  jobErrorOf(run: string): AppError | null {
    return jobs.errorOf('examples', run);
  }

  /** Reads the images of the run. Its end is seen by `onRead`. */
  async read(run: string): Promise<void> {
    this.error = null;
    try {
      await api.call('compare.readExamples', { run });
    } catch (error) {
      this.error = asAppError(error);
    }
  }

  /** Calls `listener` when the images of the run were read. Returns the function that stops it. */
  onRead(run: string, listener: () => void): () => void {
    return jobs.onEnd((job) => {
      if (job.kind === 'examples' && job.subject === run && job.status === 'done') listener();
    });
  }
}

export const examples = new Examples();
