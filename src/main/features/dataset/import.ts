import type { DatasetSummary } from '../../../shared/dataset.ts';
import { AppError } from '../../../shared/errors.ts';
import type { ComputeHost } from '../../compute/host/compute-host.ts';
import type { Store } from '../../db/store.ts';
import { throwIfCancelled } from './cancel.ts';
import { type ImportRequest, type RunningImport, ImportSession, type Inspection } from './import-session.ts';

/** Inspects files (absolute paths); one answer each, in their order. Decoding happens in the compute process. */
export type Inspect = (
  files: string[],
  options: { signal?: AbortSignal | undefined; onProgress?: ((done: number, total: number) => void) | undefined },
) => Promise<Inspection[]>;

/** Has compute open and decode the files. */
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
 * Imports a folder with one sub-folder per class: lists, inspects and splits the images, samples the pairs for evaluation and
 * stores all of it in one transaction. If a stored data set has the same images, name and options, returns that one with its
 * rejected files updated.
 * Throws AppError 'not-found' (no such folder), 'bad-dataset' (no usable classes), 'usage' (pattern, name, seed) and 'cancelled'.
 */
export async function importDataset({ store, inspect, signal, onProgress, ...ask }: ImportOptions): Promise<DatasetSummary> {
  const session = await ImportSession.begin(ask, store.datasets, { signal });
  return store.datasets.get(await runImport(session, { inspect, signal, onProgress }));
}

/** Inspects all batches of a started import and stores the data set. Returns its id. */
export async function runImport(session: RunningImport, { inspect, signal, onProgress }: ImportProgress): Promise<string> {
  try {
    let answers: Inspection[] = [];
    let inspected = 0;
    for (let paths = await session.next([]); paths.length > 0; paths = await session.next(answers)) {
      const before = inspected;
      answers = await inspect(paths, { signal, onProgress: (done) => onProgress?.(before + done, session.count) }).catch((error: unknown) => {
        throwIfCancelled(signal); // the other process may report a cancellation as another error
        throw error;
      });
      throwIfCancelled(signal);
      if (answers.length !== paths.length) throw new AppError('internal', `${answers.length} of ${paths.length} files were inspected.`);
      inspected += paths.length;
    }
    return await session.store(signal);
  } finally {
    session.end();
  }
}

/** Imports data sets in this thread, for a command that waits for the end. */
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
