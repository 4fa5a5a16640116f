import { basename, join } from 'node:path';
import { BUNDLE_EXTENSION } from '../../../shared/bundle.ts';
import type { CallArgs } from '../../../shared/contract.ts';
import { countText } from '../../../shared/format.ts';
import type { Job } from '../../../shared/job.ts';
import type { DatasetStore } from '../../db/datasets.ts';
import type { EventHub } from '../../foundation/jobs/events.ts';
import type { JobContext, Jobs } from '../../foundation/jobs/jobs.ts';
import { portableName, timestamp } from '../../foundation/file-names.ts';
import type { Bundles } from './bundles.ts';
import type { BundleOptions } from './ports.ts';

interface BundleJobPorts {
  jobs: Pick<Jobs, 'start'>;
  hub: Pick<EventHub, 'changed'>;
  datasets: Pick<DatasetStore, 'header'>;
  bundles: Bundles;
}

/** Saves a bundle as a job, by default into the folder `exports`. Throws AppError 'not-found'. */
export function startSavingBundle(
  { jobs, datasets, bundles, exports }: BundleJobPorts & { exports: string },
  request: CallArgs<'bundles.save'>,
): Job {
  const { dataset, name } = datasets.header(request.dataset);
  const file = request.out ?? join(exports, `${portableName(name)} ${timestamp()}.${BUNDLE_EXTENSION}`);
  return jobs.start({ kind: 'export', title: `Saving ${name} as a project bundle`, subject: dataset }, async (job) => {
    await bundles.save({ dataset, out: file, images: request.images }, optionsOf(job, 'Saving files'));
    return { file };
  });
}

/** Opens a bundle as a job. */
export function startOpeningBundle({ jobs, hub, bundles }: BundleJobPorts, request: CallArgs<'bundles.open'>): Job {
  return jobs.start({ kind: 'import', title: `Opening ${basename(request.file)}`, subject: null }, async (job) => {
    const { dataset } = await bundles.open(request, optionsOf(job, 'Copying files'));
    job.setSubject(dataset);
    hub.changed('datasets', dataset);
    for (const what of ['runs', 'experiments', 'comparisons', 'reports', 'models'] as const) hub.changed(what);
    return { dataset };
  });
}

const optionsOf = ({ signal, progress }: JobContext, words: string): BundleOptions => ({
  signal,
  onProgress: (done, total) => progress({ done, total, text: `${words}: ${countText(done)} of ${countText(total)}` }),
});
