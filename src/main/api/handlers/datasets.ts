import { join } from 'node:path';
import { portableName } from '../../features/dataset/file-names.ts';
import { carryThrough } from '../../features/dataset/import.ts';
import { previewFolder } from '../../features/dataset/preview.ts';
import { CHECKED, checkedPlace, isFolder } from '../../features/dataset/relocate.ts';
import { spreadIds } from '../../features/dataset/sample-ids.ts';
import { absoluteFile } from '../../features/dataset/scan.ts';
import type { JobContext } from '../../foundation/jobs/jobs.ts';
import type { Workbench } from '../../workbench.ts';
import type { CallArgs } from '../../../shared/contract.ts';
import type { CurationState } from '../../../shared/curation.ts';
import { AppError, asAppError } from '../../../shared/errors.ts';
import type { HandlersFor } from '../handler-types.ts';

async function imported(
  bench: Workbench,
  request: CallArgs<'datasets.import'>,
  { signal, progress, about }: JobContext,
): Promise<{ dataset: string }> {
  const session = await bench.sets.begin(request, signal);
  const dataset = await carryThrough(session, {
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
    bench.jobs.start({ kind: 'sample', title: 'Creating sample data set', subject: null }, async (job) => {
      const folder = join(bench.workspace.samples, 'tiles');
      const { images } = await bench.compute.ask(
        'drawSample',
        { folder, seed: 1 },
        { signal: job.signal, onProgress: ({ done, total }) => job.progress({ done, total, text: `Creating images: ${done} of ${total}` }) },
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
  'datasets.counts': ({ dataset }, { bench }) => bench.sets.counts(dataset),
  'datasets.preview': ({ folder, groupBy }, { signal }) => previewFolder(folder, groupBy, signal),
  'datasets.folder': async ({ dataset }, { bench }) => {
    const { root } = bench.store.datasets.place(dataset);
    return { root, there: await isFolder(root) };
  },
  'datasets.relocate': async ({ dataset, folder }, { bench }) => {
    const { images } = bench.store.datasets.place(dataset);
    bench.store.datasets.relocate(dataset, await checkedPlace(bench.store.browse.rows(dataset, spreadIds(images, CHECKED)), folder));
    bench.hub.changed('datasets', dataset);
    return bench.store.datasets.get(dataset);
  },
  'datasets.export': ({ dataset, format, out }, { bench }) => {
    const { name } = bench.store.datasets.place(dataset);
    const title = format === 'csv' ? `Writing the list of ${name}` : `Copying ${name}`;
    return bench.jobs.start({ kind: 'export', title, subject: dataset }, (job) => exported(bench, { dataset, format, out }, job));
  },
  'images.find': (query, { bench }) => bench.sets.find(query),
  'images.rows': ({ dataset, ids }, { bench }) => bench.store.browse.rows(dataset, ids),
  'images.problem': async ({ dataset, id }, { bench, signal }) => {
    const { root } = bench.store.datasets.place(dataset);
    const [image] = bench.store.browse.rows(dataset, [id]);
    if (!(await isFolder(root))) return { reason: `The folder of this data set, ${root}, is not there.` };
    try {
      await bench.shelf.imported(absoluteFile(root, image!.file), image!.sha256, 'thumb', signal);
      return { reason: null };
    } catch (error) {
      return { reason: asAppError(error).message };
    }
  },
  'curation.apply': async ({ dataset, edit }, { bench }) => told(bench, await bench.sets.change(dataset, edit)),
  'curation.undo': async ({ dataset }, { bench }) => told(bench, await bench.sets.change(dataset, 'undo')),
  'curation.redo': async ({ dataset }, { bench }) => told(bench, await bench.sets.change(dataset, 'redo')),
  'curation.state': ({ dataset }, { bench }) => bench.store.curation.state(dataset),
  'curation.history': ({ dataset }, { bench }) => bench.store.curation.history(dataset),
  'curation.touched': ({ dataset, position }, { bench }) => ({ ids: bench.store.curation.touched(dataset, position) }),
};

async function exported(
  bench: Workbench,
  { dataset, format, out }: CallArgs<'datasets.export'>,
  { signal, progress }: JobContext,
): Promise<{ file: string }> {
  const { name } = bench.store.datasets.place(dataset);
  if (format === 'csv') {
    const file = out ?? join(bench.workspace.exports, `${portableName(name)} ${stamp()}.csv`);
    await bench.sets.writeCsv(dataset, file);
    return { file };
  }
  if (out === undefined) throw new AppError('usage', 'Name the folder that the copy should make.');
  await bench.sets.copy(dataset, out, signal, (done, total) => {
    progress({ done, total, text: `Copying images: ${done} of ${total}` });
  });
  return { file: out };
}

/** 2026-11-24 21.45.10, in the machine's own time. */
function stamp(): string {
  const now = new Date();
  const two = (n: number): string => String(n).padStart(2, '0');
  const day = [now.getFullYear(), two(now.getMonth() + 1), two(now.getDate())].join('-');
  return `${day} ${[two(now.getHours()), two(now.getMinutes()), two(now.getSeconds())].join('.')}`;
}

const SETTLES_MS = 400; // a burst of edits is told once: whoever hears of it may work out the whole set anew
const telling = new WeakMap<Workbench, Map<string, NodeJS.Timeout>>();

/** Whoever shows the data set, or runs that were trained on it before, asks again. */
function told(bench: Workbench, state: CurationState): CurationState {
  const timers = telling.get(bench) ?? new Map<string, NodeJS.Timeout>();
  telling.set(bench, timers);
  clearTimeout(timers.get(state.dataset));
  const timer = setTimeout(() => {
    bench.hub.changed('datasets', state.dataset);
  }, SETTLES_MS);
  timers.set(state.dataset, timer.unref());
  return state;
}
