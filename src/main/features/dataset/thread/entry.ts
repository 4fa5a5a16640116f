import { addPairList } from '../pair-lists.ts';
import { parentPort, workerData } from 'node:worker_threads';
import { AppError } from '../../../../shared/errors.ts';
import { openSecondConnection } from '../../../db/dataset-stores.ts';
import { writeFileAtomically } from '../../../foundation/files.ts';
import { throwIfCancelled } from '../cancel.ts';
import { serveTasks, type TaskHandlers } from '../../../rpc/serve-tasks.ts';
import { threadPort } from '../../../rpc/thread.ts';
import { updateDerived, curatedStore, imagesOfWarnings } from '../curated.ts';
import { applyChange } from '../edit.ts';
import { copyCurated, csvOf } from '../export.ts';
import { FolderImport } from '../folder-import.ts';
import { allRows, pairCounts, splitRows, structureRows, trainingRows } from '../rows.ts';
import type { Tasks, ThreadData } from './tasks.ts';

// Entry of the worker thread. It has its own database connection and writes in short transactions, so main never waits for it.

const PAUSE_MS = 3; // between two transactions, so that other connections can write

const store = openSecondConnection((workerData as ThreadData).database);
const curated = curatedStore(store);
let importing: FolderImport | null = null;

const currentImport = (): FolderImport => {
  if (importing) return importing;
  throw new AppError('internal', 'No import has started in this thread.');
};

const handlers: TaskHandlers<Tasks> = {
  find: (query) => store.browse.find(query),
  counts: ({ dataset }) => store.browse.counts(dataset),
  copies: ({ dataset }) => store.browse.copies(dataset),
  imagesOfWarnings: ({ dataset }) => imagesOfWarnings(curated, dataset),
  meanPixels: ({ dataset }) => store.browse.meanPixels(dataset),
  updateDerived: ({ dataset }) => {
    updateDerived(store, dataset);
    return null;
  },
  trainingRows: ({ dataset, relation, pairRecipe }) => trainingRows(curated, dataset, relation, pairRecipe),
  splitRows: ({ dataset, split, relation }) => splitRows(curated, dataset, split, relation),
  structureRows: ({ dataset, relation }) => structureRows(curated, dataset, relation),
  pairCounts: ({ dataset, relation }) => pairCounts(curated, dataset, relation),
  allRows: ({ dataset }) => allRows(curated, dataset),
  addPairList: ({ dataset, file }) => addPairList(curated, dataset, file),
  edit: ({ dataset, change }) => applyChange(store.curation, dataset, change),
  csv: async ({ dataset, file }) => {
    await writeFileAtomically(file, csvOf(store.browse.all(dataset)));
    return null;
  },
  copy: async ({ dataset, out }, { signal, progress }) => {
    const { root } = store.datasets.header(dataset);
    await copyCurated({ root, images: store.browse.all(dataset), out, signal, onProgress: (done, total) => progress({ done, total }) });
    return null;
  },
  importBegin: async (request, { signal }) => {
    importing = await FolderImport.begin(request, store.datasets, {
      signal,
      store: (dataset, storeSignal) =>
        store.datasets.insertInSteps(dataset, async () => {
          await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
          throwIfCancelled(storeSignal);
        }),
    });
    return importing.count;
  },
  importNext: ({ inspections }) => currentImport().next(inspections),
  importStore: (_, { signal }) => currentImport().store(signal),
};

serveTasks(threadPort(parentPort!), handlers, { onEnd: () => store.close() });
