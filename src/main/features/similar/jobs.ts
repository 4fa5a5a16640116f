import type { FolderSearchRequest } from '../../../shared/folder-search.ts';
import type { Job } from '../../../shared/job.ts';
import type { DatasetStore } from '../../db/datasets.ts';
import type { EventHub } from '../../foundation/jobs/events.ts';
import type { Jobs } from '../../foundation/jobs/jobs.ts';
import { type ExportRequest, exportResults } from './export.ts';
import type { FolderSearches } from './folder-searches.ts';
import type { SimilarPorts } from './ports.ts';

interface SearchJobPorts {
  jobs: Pick<Jobs, 'start'>;
  hub: Pick<EventHub, 'changed'>;
  datasets: Pick<DatasetStore, 'header'>;
  searches: FolderSearches;
}

/** Looks for the images of a folder as a job. Throws AppError 'not-found' for an unknown data set. */
export function startFolderSearch({ jobs, hub, datasets, searches }: SearchJobPorts, request: FolderSearchRequest): Job {
  const { dataset, name } = datasets.header(request.dataset);
  return jobs.start({ kind: 'search', title: `Looking for images in ${name}`, subject: dataset }, async (job) => {
    const search = await searches.start(request, { signal: job.signal, onProgress: (p) => job.progress(p) });
    hub.changed('judgements', dataset);
    return { search };
  });
}

/** Writes the results of a search as a job. Throws AppError 'not-found' for an unknown search. */
export function startResultsExport(
  { jobs, searches, ports }: Pick<SearchJobPorts, 'jobs' | 'searches'> & { ports: SimilarPorts },
  request: ExportRequest,
): Job {
  const { dataset } = searches.get(request.search);
  return jobs.start({ kind: 'export', title: 'Exporting search results', subject: dataset }, async (job) => {
    await exportResults(ports, searches, request, {
      signal: job.signal,
      onProgress: (done, total) => job.progress({ done, total, text: 'Writing images' }),
    });
    return { file: request.out };
  });
}
