import type { Job } from '../../../shared/job.ts';
import { countText } from '../../../shared/format.ts';
import { datasets } from '../../client/datasets.svelte.ts';
import { jobs } from '../../client/jobs.svelte.ts';
import { route } from '../../client/route.svelte.ts';
import { toast } from '../../client/toasts.svelte.ts';

/** Waits for an import and opens its data set. Throws the job's error. */
export async function followImport(job: Job): Promise<void> {
  const before = new Map(datasets.list.map((summary) => [summary.dataset, summary]));
  const { dataset } = await jobs.result(job);
  await datasets.load();
  const imported = datasets.byId(dataset);
  if (!imported) return;
  datasets.choose(imported.dataset);
  route.go('images');
  if (before.has(imported.dataset)) return toast.info(`The folder has not changed since its import. Opened ${imported.name}.`);
  const older = [...before.values()].find(({ name, root }) => name === imported.name && root === imported.root);
  const rejected = imported.rejected.length;
  const files =
    rejected === 0 ? '' : ` ${countText(rejected)} ${rejected === 1 ? 'file was' : 'files were'} not imported: see the note above the images.`;
  if (older) toast.info(`This import differs from the last one of this folder, so it is a new data set. The earlier one stays in the list.${files}`);
  else toast.info(`Imported ${countText(imported.images)} images.${files}`);
}
