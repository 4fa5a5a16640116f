import { startApplyingTable, startTableExport } from '../../features/tables/jobs.ts';
import type { HandlersFor } from '../handler-types.ts';

export const tableHandlers: HandlersFor<'tables'> = {
  'tables.export': (request, { workbench }) => {
    const { jobs, store, tables, workspace, outputs } = workbench;
    if (request.out !== undefined) outputs.check(request.out, { replace: true }); // the system's dialog has asked
    return startTableExport({ jobs, datasets: store.datasets, tables, exports: workspace.exports }, request);
  },
  'tables.inspect': ({ dataset, file }, { workbench }) => workbench.tables.plan(dataset, file),
  'tables.apply': (request, { workbench }) => {
    const { jobs, hub, store, tables, datasets } = workbench;
    return startApplyingTable({ jobs, hub, datasets: store.datasets, tables, edit: (dataset, edit) => datasets.change(dataset, edit) }, request);
  },
};
