import { api } from '../../client/api.ts';
import { datasets } from '../../client/datasets.svelte.ts';
import { jobs } from '../../client/jobs.svelte.ts';
import { go } from '../../client/route.svelte.ts';
import { toast } from '../../client/toasts.svelte.ts';

/** Creates the sample data set and opens it. Shows a toast on failure; does nothing while the sample is being created. */
export async function createSample(): Promise<void> {
  if (jobs.running.some((job) => job.kind === 'sample')) return;
  try {
    const job = await api.call('datasets.sample', {});
    const { dataset } = await jobs.result(job).catch((): Record<string, string> => ({})); // the jobs strip shows how it ended
    if (!dataset) return;
    await datasets.load();
    datasets.choose(dataset);
    go('images');
  } catch (error) {
    toast.error(error);
  }
}
