import { basename, join } from 'node:path';
import { countText } from '../../../shared/format.ts';
import type { Job } from '../../../shared/job.ts';
import type { ExportTable } from '../../../shared/table-calls.ts';
import { TABLES } from '../../../shared/tables.ts';
import type { DatasetStore } from '../../db/datasets.ts';
import type { EventHub } from '../../foundation/jobs/events.ts';
import type { Jobs } from '../../foundation/jobs/jobs.ts';
import { portableName, timestamp } from '../../foundation/file-names.ts';
import type { ApplyPorts } from './ports.ts';
import type { Tables } from './tables.ts';

interface TableJobPorts {
  jobs: Pick<Jobs, 'start'>;
  datasets: Pick<DatasetStore, 'header'>;
  tables: Tables;
}

/** Writes a table as a job, by default into the folder `exports`. Throws AppError 'not-found'. */
export function startTableExport({ jobs, datasets, tables, exports }: TableJobPorts & { exports: string }, request: ExportTable): Job {
  const { dataset, name } = datasets.header(request.dataset);
  const { title } = TABLES[request.table];
  const out = request.out ?? join(exports, `${portableName(`${name} ${title.toLowerCase()}`)} ${timestamp()}.${request.format}`);
  return jobs.start({ kind: 'export', title: `Exporting ${name}: ${title.toLowerCase()}`, subject: dataset }, async ({ signal, progress }) => {
    const onProgress = ({ done, total }: { done: number; total: number }): void =>
      progress({ done, total, text: `Reading images: ${countText(done)} of ${countText(total)}` });
    await tables.export({ ...request, dataset, out }, { signal, onProgress });
    return { file: out };
  });
}

/** Applies a table's classes and tags as a job. Throws AppError 'not-found'. */
export function startApplyingTable(
  { jobs, hub, datasets, tables, edit }: TableJobPorts & { hub: Pick<EventHub, 'changed'>; edit: ApplyPorts['edit'] },
  { dataset: asked, file }: { dataset: string; file: string },
): Job {
  const { dataset, name } = datasets.header(asked);
  return jobs.start({ kind: 'import', title: `Reading ${basename(file)} for ${name}`, subject: dataset }, async ({ signal, progress }) => {
    const onProgress = (done: number, total: number): void => progress({ done, total, text: `Edits: ${countText(done)} of ${countText(total)}` });
    await tables.apply(dataset, file, { signal, onProgress, edit }).finally(() => hub.changed('datasets', dataset));
    return { dataset };
  });
}
