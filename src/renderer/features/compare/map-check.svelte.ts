import type { ComparisonRow } from '../../../shared/comparison.ts';
import { type AppError, asAppError, fromWireError } from '../../../shared/errors.ts';
import type { Job } from '../../../shared/job.ts';
import { api } from '../../client/api.ts';
import { jobs } from '../../client/jobs.svelte.ts';
import { toast } from '../../client/toasts.svelte.ts';
import type { QueueKey } from './queue.svelte.ts';

/** Checks of maps that this page has started. They continue when another pair is shown. */
class MapCheck {
  private refused = $state.raw(new Map<string, AppError>()); // by comparison: why the request failed

  jobOf(comparison: string): Job | null {
    return jobs.of('check', comparison);
  }

  /** Why the last check of the comparison failed; null if it did not. */
  errorOf(comparison: string): AppError | null {
    const job = this.jobOf(comparison);
    return this.refused.get(comparison) ?? (job?.status === 'failed' && job.error ? fromWireError(job.error) : null);
  }

  async start({ comparison }: Pick<ComparisonRow, 'comparison'>): Promise<void> {
    this.refused = new Map([...this.refused].filter(([id]) => id !== comparison));
    try {
      await api.call('compare.check', { comparisons: [comparison] });
    } catch (error) {
      this.refused = new Map([...this.refused, [comparison, asAppError(error)]]);
    }
  }

  /** The first pairs of a queue, in one job. */
  async startQueue({ run, kind, split, seed }: QueueKey): Promise<void> {
    try {
      const job = await api.call('compare.check', { run, kind, split, seed });
      toast.info(`${job.title}: progress is under Activity.`);
    } catch (error) {
      toast.error(error);
    }
  }
}

export const mapCheck = new MapCheck();
