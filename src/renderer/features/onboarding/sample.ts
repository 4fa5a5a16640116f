import { api } from '../../client/api.ts';
import { datasets } from '../../client/datasets.svelte.ts';
import { jobs } from '../../client/jobs.svelte.ts';
import { go } from '../../client/route.svelte.ts';
import { toast } from '../../client/toasts.svelte.ts';

/** Draws the sample data set and opens it. Failures are told; a second call while it is drawn does nothing. */
export async function drawSample(): Promise<void> {
  if (jobs.running.some((job) => job.kind === 'sample')) return;
  try {
    const job = await api.call('datasets.sample', {});
    const { dataset } = await jobs.result(job).catch((): Record<string, string> => ({})); // the strip tells how it ended
    if (!dataset) return;
    await datasets.load();
    datasets.choose(dataset);
    go('images');
  } catch (error) {
    toast.error(error);
  }
}
