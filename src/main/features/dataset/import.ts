import type { DatasetSummary } from '../../../shared/dataset.ts';
import { AppError } from '../../../shared/errors.ts';
import type { ComputeHost } from '../../compute/host/compute-host.ts';
import type { Store } from '../../db/store.ts';
import { throwIfCancelled } from './cancel.ts';
import { type ImportRequest, type RunningImport, FolderImport, type Inspection } from './folder-import.ts';

/** Inspects files (absolute paths). Returns one inspection per file, in the same order. */
export type Inspect = (
  files: string[],
  options: { signal?: AbortSignal | undefined; onProgress?: ((done: number, total: number) => void) | undefined },
) => Promise<Inspection[]>;

/** Opens and decodes the files in the compute process. */
export const inspectWith =
  (compute: Pick<ComputeHost, 'ask'>): Inspect =>
  (files, { signal, onProgress }) =>
    compute.ask('inspect', { files }, { signal, onProgress: ({ done, total }) => onProgress?.(done, total) });

interface ImportProgress {
  inspect: Inspect;
  signal?: AbortSignal | undefined;
  onProgress?: ((done: number, total: number) => void) | undefined; // files inspected
}

export interface ImportOptions extends ImportRequest, ImportProgress {
  store: Pick<Store, 'datasets'>;
}

/**
 * Imports a folder with one sub-folder per class: lists, inspects and splits the images and stores everything in one transaction. If a data set with the same images, name and options exists, updates its rejected files
 * and returns it.
 * Throws AppError 'not-found' (no such folder), 'bad-dataset' (no usable classes), 'usage' (pattern, name, seed) and 'cancelled'.
 */
export async function importDataset({ store, inspect, signal, onProgress, ...request }: ImportOptions): Promise<DatasetSummary> {
  const started = await FolderImport.begin(request, store.datasets, { signal });
  return store.datasets.get(await runImport(started, { inspect, signal, onProgress }));
}

/** Inspects all batches of a started import and stores the data set. Returns its id. */
export async function runImport(started: RunningImport, { inspect, signal, onProgress }: ImportProgress): Promise<string> {
  try {
    let inspections: Inspection[] = [];
    let inspected = 0;
    for (let paths = await started.next([]); paths.length > 0; paths = await started.next(inspections)) {
      const before = inspected;
      inspections = await inspect(paths, { signal, onProgress: (done) => onProgress?.(before + done, started.count) }).catch((error: unknown) => {
        throwIfCancelled(signal); // compute may report a cancellation as another error
        throw error;
      });
      throwIfCancelled(signal);
      if (inspections.length !== paths.length) throw new AppError('internal', `${inspections.length} of ${paths.length} files were inspected.`);
      inspected += paths.length;
    }
    return await started.store(signal);
  } finally {
    started.end();
  }
}

/** Imports data sets in this thread, for commands that wait for the result. */
export class Importer {
  private readonly store: ImportOptions['store'];
  private readonly inspect: Inspect;

  constructor(store: ImportOptions['store'], compute: Pick<ComputeHost, 'ask'>) {
    this.store = store;
    this.inspect = inspectWith(compute);
  }

  /** Throws as importDataset does. */
  import(request: ImportRequest, progress: Omit<ImportProgress, 'inspect'>): Promise<DatasetSummary> {
    return importDataset({ ...request, ...progress, store: this.store, inspect: this.inspect });
  }
}
