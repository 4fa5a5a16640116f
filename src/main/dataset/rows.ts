import { packImages, type PackedImages, type PackedPairs, packPairs } from '../pairs/packed.ts';
import type { Store } from '../db/store.ts';

/** What a training is given of a data set. */
export interface TrainingRows {
  images: PackedImages; // all that are kept
  validPairs: PackedPairs;
}

/** What a judgement is given of a data set. */
export interface SplitRows {
  images: PackedImages; // those that occur in the pairs
  pairs: PackedPairs; // as stored, in the order drawn
}

/** Reads data sets as they are curated. */
export interface SetRows {
  training(dataset: string): Promise<TrainingRows>;
  split(dataset: string, split: 'test' | 'valid'): Promise<SplitRows>;
}

export const trainingRows = ({ datasets }: Pick<Store, 'datasets'>, dataset: string): TrainingRows => ({
  images: packImages(datasets.images(dataset)),
  validPairs: packPairs(datasets.pairs(dataset, 'valid')),
});

export function splitRows({ datasets }: Pick<Store, 'datasets'>, dataset: string, split: 'test' | 'valid'): SplitRows {
  const pairs = datasets.pairs(dataset, split);
  const wanted = new Set(pairs.flatMap(({ a, b }) => [a, b]));
  return { images: packImages(datasets.images(dataset).filter(({ id }) => wanted.has(id))), pairs: packPairs(pairs) };
}

/** In this thread: nobody waits for another answer while a program on the command line reads. */
export const rowsHere = (store: Pick<Store, 'datasets'>): SetRows => ({
  training: (dataset) => Promise.resolve(trainingRows(store, dataset)),
  split: (dataset, split) => Promise.resolve(splitRows(store, dataset, split)),
});
