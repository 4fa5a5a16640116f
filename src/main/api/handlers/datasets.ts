import { join } from 'node:path';
import { previewFolder } from '../../features/dataset/preview.ts';
import type { HandlersFor } from '../handler-types.ts';

export const datasetHandlers: HandlersFor<'datasets' | 'images' | 'curation'> = {
  'datasets.list': (_, { workbench }) => workbench.store.datasets.list(),
  'datasets.get': ({ dataset }, { workbench }) => workbench.store.datasets.get(dataset),
  'datasets.import': (request, { workbench }) => workbench.datasets.startImport(request),
  'datasets.sample': (_, { workbench }) => workbench.datasets.startSample(),
  'datasets.remove': ({ dataset }, { workbench }) => {
    workbench.datasets.remove(dataset);
    return null;
  },
  'datasets.restore': ({ dataset }, { workbench }) => {
    workbench.datasets.restore(dataset);
    return null;
  },
  'datasets.counts': ({ dataset }, { workbench }) => workbench.largeDatasets.counts(dataset),
  'datasets.preview': (request, { signal }) => previewFolder(request, signal),
  'datasets.folder': ({ dataset }, { workbench }) => workbench.datasets.folder(dataset),
  'datasets.relocate': ({ dataset, folder }, { workbench }) => workbench.datasets.relocate(dataset, folder),
  'datasets.export': (request, { workbench }) => {
    const { out, format } = request;
    if (out !== undefined) workbench.outputs.check(format === 'csv' ? out : join(out, 'images.csv'), { replace: true }); // the system's dialog has asked
    return workbench.datasets.startExport(request);
  },
  'images.find': (query, { workbench }) => workbench.largeDatasets.find(query),
  'images.rows': ({ dataset, ids }, { workbench }) => workbench.store.browse.rows(dataset, ids),
  'images.copies': async ({ dataset }, { workbench }) => ({ ids: await workbench.largeDatasets.copies(dataset) }),
  'images.ofWarnings': ({ dataset }, { workbench }) => workbench.largeDatasets.imagesOfWarnings(dataset),
  'images.problem': async ({ dataset, id }, { workbench, signal }) => ({ reason: await workbench.media.problemOf(dataset, id, signal) }),
  'curation.apply': ({ dataset, edit }, { workbench }) => workbench.datasets.change(dataset, edit),
  'curation.undo': ({ dataset, position }, { workbench }) => workbench.datasets.change(dataset, { kind: 'undo', position }),
  'curation.redo': ({ dataset, position }, { workbench }) => workbench.datasets.change(dataset, { kind: 'redo', position }),
  'curation.state': ({ dataset }, { workbench }) => workbench.store.curation.state(dataset),
  'curation.history': ({ dataset }, { workbench }) => workbench.store.curation.history(dataset),
  'curation.imagesOf': ({ dataset, position }, { workbench }) => ({ ids: workbench.store.curation.imagesOf(dataset, position) }),
};
