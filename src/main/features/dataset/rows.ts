import { packImages, type PackedImages, type PackedPairs, packPairs } from '../../domain/pairs/packed.ts';
import type { Store } from '../../db/store.ts';
import { snapshotOf } from './snapshot.ts';

/** The part of a data set that training uses. */
export interface TrainingRows {
  images: PackedImages; // all that are not excluded
  snapshot: string; // of these images
  validPairs: PackedPairs;
}

/** The part of a data set that evaluation of a split uses. */
export interface SplitRows {
  images: PackedImages; // those that occur in the pairs
  pairs: PackedPairs; // in stored order
}

/** Reads curated data sets. */
export interface DatasetRows {
  training(dataset: string): Promise<TrainingRows>;
  split(dataset: string, split: 'test' | 'valid'): Promise<SplitRows>;
}

type Read = Pick<Store, 'datasets' | 'browse'>;

export const trainingRows = (store: Read, dataset: string): TrainingRows =>
  readConsistently(store, dataset, () => {
    const images = store.datasets.images(dataset);
    return { images: packImages(images), snapshot: snapshotOf(images), validPairs: packPairs(store.datasets.pairs(dataset, 'valid')) };
  });

export const splitRows = (store: Read, dataset: string, split: 'test' | 'valid'): SplitRows =>
  readConsistently(store, dataset, () => {
    const pairs = store.datasets.pairs(dataset, split);
    const wanted = new Set(pairs.flatMap(({ a, b }) => [a, b]));
    return { images: packImages(store.datasets.images(dataset).filter(({ id }) => wanted.has(id))), pairs: packPairs(pairs) };
  });

/** Reads again if an edit happened meanwhile (another thread can make one at any time), so that all parts match. */
function readConsistently<T>({ browse }: Read, dataset: string, read: () => T): T {
  for (;;) {
    const before = browse.edits(dataset);
    const found = read();
    if (browse.edits(dataset) === before) return found;
  }
}

/** Reads in this thread: on the command line nothing else waits for an answer. */
export const rowsInThisThread = (store: Read): DatasetRows => ({
  training: (dataset) => Promise.resolve(trainingRows(store, dataset)),
  split: (dataset, split) => Promise.resolve(splitRows(store, dataset, split)),
});
