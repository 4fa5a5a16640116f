import { join } from 'node:path';
import { importDataset } from '../../dataset/import.ts';
import type { JobContext } from '../../jobs/jobs.ts';
import type { Workbench } from '../../workbench.ts';
import type { CallArgs } from '../../../shared/contract.ts';
import type { CurationState } from '../../../shared/curation.ts';
import type { HandlersFor } from '../handler-types.ts';
import { pending } from './pending.ts';

async function imported(
  bench: Workbench,
  request: CallArgs<'datasets.import'>,
  { signal, progress, about }: JobContext,
): Promise<{ dataset: string }> {
  const { dataset } = await importDataset({
    ...request,
    store: bench.store,
    inspect: (files, { signal: stop, onProgress }) =>
      bench.compute.ask('inspect', { files }, { signal: stop, onProgress: ({ done, total }) => onProgress?.(done, total) }),
    signal,
    onProgress: (done, total) => {
      progress({ done, total, text: `Reading images: ${done} of ${total}` });
    },
  });
  about(dataset);
  bench.hub.changed('datasets', dataset);
  return { dataset };
}

export const datasetHandlers: HandlersFor<'datasets' | 'images' | 'curation'> = {
  'datasets.list': (_, { bench }) => bench.store.datasets.list(),
  'datasets.get': ({ dataset }, { bench }) => bench.store.datasets.get(dataset),
  'datasets.import': (request, { bench }) =>
    bench.jobs.start({ kind: 'import', title: `Importing ${request.name ?? request.folder}`, subject: null }, (job) => imported(bench, request, job)),
  'datasets.sample': (_, { bench }) =>
    bench.jobs.start({ kind: 'sample', title: 'Drawing the sample data set', subject: null }, async (job) => {
      const folder = join(bench.workspace.samples, 'tiles');
      const { images } = await bench.compute.ask(
        'drawSample',
        { folder, seed: 1 },
        { signal: job.signal, onProgress: ({ done, total }) => job.progress({ done, total, text: `Drawing images: ${done} of ${total}` }) },
      );
      return imported(bench, { folder: images, name: 'sample' }, job);
    }),
  'datasets.remove': ({ dataset }, { bench }) => {
    bench.store.datasets.remove(dataset);
    bench.hub.changed('datasets', dataset);
    return null;
  },
  'datasets.restore': ({ dataset }, { bench }) => {
    bench.store.datasets.restore(dataset);
    bench.hub.changed('datasets', dataset);
    return null;
  },
  'datasets.counts': ({ dataset }, { bench }) => bench.store.browse.counts(dataset),
  'datasets.export': pending,
  'images.find': (query, { bench }) => ({ ids: bench.store.browse.find(query) }),
  'images.rows': ({ dataset, ids }, { bench }) => bench.store.browse.rows(dataset, ids),
  'curation.apply': ({ dataset, edit }, { bench }) => told(bench, bench.store.curation.apply(dataset, edit)),
  'curation.undo': ({ dataset }, { bench }) => told(bench, bench.store.curation.undo(dataset)),
  'curation.redo': ({ dataset }, { bench }) => told(bench, bench.store.curation.redo(dataset)),
  'curation.state': ({ dataset }, { bench }) => bench.store.curation.state(dataset),
  'curation.history': ({ dataset }, { bench }) => bench.store.curation.history(dataset),
  'curation.touched': ({ dataset, position }, { bench }) => ({ ids: bench.store.curation.touched(dataset, position) }),
};

/** Whoever shows the data set, or runs that were trained on it before, asks again. */
function told(bench: Workbench, state: CurationState): CurationState {
  bench.hub.changed('datasets', state.dataset);
  return state;
}
