import { api } from '../../client/api.ts';
import { toast } from '../../client/toasts.svelte.ts';
import { PairJobs } from './pair-jobs.svelte.ts';
import type { QueueKey } from './queue.svelte.ts';

export const mapCheck = new PairJobs('check', (comparison) => api.call('compare.check', { comparisons: [comparison] }));

/** Checks the maps of the first pairs of a queue, in one job. */
export async function checkQueue({ run, kind, split, seed }: QueueKey): Promise<void> {
  try {
    const job = await api.call('compare.check', { run, kind, split, seed });
    toast.info(`${job.title}: progress is under Activity.`);
  } catch (error) {
    toast.error(error);
  }
}
