import { PAIR_RECIPE } from '../../domain/pairs/evaluation-pairs.ts';
import { packImages, type PackedImages, type PackedPairs, packPairs } from '../../domain/pairs/packed.ts';
import { type ImageUnits, unitsOf } from '../../domain/evaluate/units.ts';
import type { DatasetStores } from '../../db/dataset-stores.ts';
import type { ImageRecord } from '../../../shared/dataset.ts';
import type { Unseen } from '../../../shared/run.ts';
import type { PairRelation } from '../../../shared/pair-relation.ts';
import { formsPairs, pairSetOf } from './pair-sets.ts';
import { snapshotOf } from './snapshot.ts';
import { unseenOf } from './unseen-split.ts';

/** The part of a data set that training uses. */
export interface TrainingRows {
  images: PackedImages; // included ones
  units: ImageUnits; // of `images`
  snapshot: string; // of these images
  validPairs: PackedPairs;
  pairSet: string; // PairSet.hash of the validation pairs
  formsPairs: boolean; // whether training images form same and different pairs
}

/** The part of a data set that evaluation of a split uses. */
export interface SplitRows {
  images: PackedImages; // those that occur in the pairs
  units: ImageUnits; // of `images`
  pairs: PackedPairs; // in stored order
  pairSet: string; // PairSet.hash
  unseen: Unseen | null; // what training images have none of, among `images`
}

/** Reads curated data sets. */
export interface DatasetRows {
  /** `pairRecipe`: RunConfig.pairRecipe. */
  trainingRows(dataset: string, relation: PairRelation, pairRecipe: number): Promise<TrainingRows>;
  splitRows(dataset: string, split: 'test' | 'valid', relation: PairRelation): Promise<SplitRows>;
}

type ReadStores = Pick<DatasetStores, 'datasets' | 'browse' | 'pairSets' | 'writable'>;

export const trainingRows = (store: ReadStores, dataset: string, relation: PairRelation, pairRecipe: number): TrainingRows =>
  readConsistently(store, dataset, (images) => {
    const snapshot = snapshotOf(images);
    const { pairs, hash } = pairSetOf(store, { dataset, snapshot, images }, 'valid', relation, pairRecipe);
    return {
      images: packImages(images),
      units: unitsOf(images),
      snapshot,
      validPairs: packPairs(pairs),
      pairSet: hash,
      formsPairs: formsPairs(images, relation),
    };
  });

export const splitRows = (store: ReadStores, dataset: string, split: 'test' | 'valid', relation: PairRelation): SplitRows =>
  readConsistently(store, dataset, (images) => {
    const { pairs, hash } = pairSetOf(store, { dataset, snapshot: snapshotOf(images), images }, split, relation, PAIR_RECIPE);
    const usedIds = new Set(pairs.flatMap(({ a, b }) => [a, b]));
    const used = images.filter(({ id }) => usedIds.has(id));
    return { images: packImages(used), units: unitsOf(used), pairs: packPairs(pairs), pairSet: hash, unseen: unseenOf(used, images) };
  });

/** Reads again if another thread made an edit meanwhile, so that all parts match. */
function readConsistently<T>({ browse, datasets }: ReadStores, dataset: string, read: (images: ImageRecord[]) => T): T {
  for (;;) {
    const before = browse.edits(dataset);
    const result = read(datasets.images(dataset));
    if (browse.edits(dataset) === before) return result;
  }
}

/** Reads in this thread, for the command line, where nothing else needs it meanwhile. */
export const rowsInThisThread = (store: ReadStores): DatasetRows => ({
  trainingRows: (dataset, relation, pairRecipe) => Promise.resolve(trainingRows(store, dataset, relation, pairRecipe)),
  splitRows: (dataset, split, relation) => Promise.resolve(splitRows(store, dataset, split, relation)),
});
