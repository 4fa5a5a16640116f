import { SvelteMap } from 'svelte/reactivity';
import { type AppError, asAppError } from '../../../shared/errors.ts';
import type { Job, JobKind } from '../../../shared/job.ts';
import { jobs } from '../../client/jobs.svelte.ts';

/** Jobs about single comparisons that this page has started. They continue when another pair is shown. */
export class PairJobs {
  private readonly refused = new SvelteMap<string, AppError>(); // by comparison: why the request failed
  private readonly kind: JobKind;
  private readonly request: (comparison: string) => Promise<unknown>;

  constructor(kind: JobKind, request: (comparison: string) => Promise<unknown>) {
    this.kind = kind;
    this.request = request;
  }

  jobOf(comparison: string): Job | null {
    return jobs.of(this.kind, comparison);
  }

  /** Why the last job of the comparison failed; null if it did not. */
  errorOf(comparison: string): AppError | null {
    return this.refused.get(comparison) ?? jobs.errorOf(this.kind, comparison);
  }

  async start(comparison: string): Promise<void> {
    this.refused.delete(comparison);
    try {
      await this.request(comparison);
    } catch (error) {
      this.refused.set(comparison, asAppError(error));
    }
  }
}
