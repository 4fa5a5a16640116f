import type { Job } from '../../../shared/job.ts';
import { countText } from '../../../shared/format.ts';
import { datasets } from '../../client/datasets.svelte.ts';
import { jobs } from '../../client/jobs.svelte.ts';
import { route } from '../../client/route.svelte.ts';
import { toast } from '../../client/toasts.svelte.ts';

/** Waits for an import and opens its data set. Throws the job's error; a cancelled import stores nothing. */
export async function followImport(job: Job): Promise<void> {
  const before = new Map(datasets.list.map((summary) => [summary.dataset, summary]));
  const { dataset } = await jobs.result(job);
  await datasets.load();
  const made = datasets.byId(dataset);
  if (!made) return;
  datasets.choose(made.dataset);
  route.go('images');
  if (before.has(made.dataset)) return toast.info(`The folder has not changed since its import. Opened ${made.name}.`);
  const older = [...before.values()].find(({ name, root }) => name === made.name && root === made.root);
  const rejected = made.rejected.length;
  const files =
    rejected === 0 ? '' : ` ${countText(rejected)} ${rejected === 1 ? 'file was' : 'files were'} not imported: see the note above the images.`;
  if (older) toast.info(`The folder has changed since it was last imported, so this is a new data set. The earlier one stays in the list.${files}`);
  else toast.info(`Imported ${countText(made.images)} images.${files}`);
}
