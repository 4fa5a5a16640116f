import { packImages, type PackedImages, type PackedPairs, packPairs } from '../../domain/pairs/packed.ts';
import { type ImageUnits, unitsOf } from '../../domain/evaluate/units.ts';
import type { DatasetStores } from '../../db/dataset-stores.ts';
import { snapshotOf } from './snapshot.ts';

/** The part of a data set that training uses. */
export interface TrainingRows {
  images: PackedImages; // included ones
  snapshot: string; // of these images
  validPairs: PackedPairs;
}

/** The part of a data set that evaluation of a split uses. */
export interface SplitRows {
  images: PackedImages; // those that occur in the pairs
  units: ImageUnits; // of `images`
  pairs: PackedPairs; // in stored order
}

/** Reads curated data sets. */
export interface DatasetRows {
  trainingRows(dataset: string): Promise<TrainingRows>;
  splitRows(dataset: string, split: 'test' | 'valid'): Promise<SplitRows>;
}

type ReadStores = Pick<DatasetStores, 'datasets' | 'browse'>;

export const trainingRows = (store: ReadStores, dataset: string): TrainingRows =>
  readConsistently(store, dataset, () => {
    const images = store.datasets.images(dataset);
    return { images: packImages(images), snapshot: snapshotOf(images), validPairs: packPairs(store.datasets.pairs(dataset, 'valid')) };
  });

export const splitRows = (store: ReadStores, dataset: string, split: 'test' | 'valid'): SplitRows =>
  readConsistently(store, dataset, () => {
    const pairs = store.datasets.pairs(dataset, split);
    const usedIds = new Set(pairs.flatMap(({ a, b }) => [a, b]));
    const images = store.datasets.images(dataset).filter(({ id }) => usedIds.has(id));
    return { images: packImages(images), units: unitsOf(images), pairs: packPairs(pairs) };
  });

/** Reads again if another thread made an edit meanwhile, so that all parts match. */
function readConsistently<T>({ browse }: ReadStores, dataset: string, read: () => T): T {
  for (;;) {
    const before = browse.edits(dataset);
    const result = read();
    if (browse.edits(dataset) === before) return result;
  }
}

/** Reads in this thread, for the command line, where nothing else needs it meanwhile. */
export const rowsInThisThread = (store: ReadStores): DatasetRows => ({
  trainingRows: (dataset) => Promise.resolve(trainingRows(store, dataset)),
  splitRows: (dataset, split) => Promise.resolve(splitRows(store, dataset, split)),
});
