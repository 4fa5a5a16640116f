import { PAIR_RECIPE } from '../../domain/pairs/evaluation-pairs.ts';
import { packImages, type PackedImages, type PackedPairs, packPairs } from '../../domain/pairs/packed.ts';
import type { Names } from '../../domain/structure/pair-figures.ts';
import { type ImageUnits, unitsOf } from '../../domain/evaluate/units.ts';
import type { DatasetStores } from '../../db/dataset-stores.ts';
import type { ImageRecord } from '../../../shared/dataset.ts';
import type { Unseen } from '../../../shared/run.ts';
import { numberIn } from '../../../shared/numbering.ts';
import { byNaturalOrder } from '../../../shared/natural-order.ts';
import type { PairRelation } from '../../../shared/pair-relation.ts';
import { listedPairs } from '../../domain/pairs/pair-list.ts';
import type { PairListSummary } from '../../../shared/pair-list.ts';
import { addPairList } from './pair-lists.ts';
import { formsPairs, listOf, pairSetOf } from './pair-sets.ts';
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
  listedPairs: PackedPairs | null; // of training images, if the relation is a list; else they are drawn in each epoch
}

/** The part of a data set that evaluation of a split uses. */
export interface SplitRows {
  images: PackedImages; // those that occur in the pairs
  units: ImageUnits; // of `images`
  pairs: PackedPairs; // in stored order
  pairSet: string; // PairSet.hash
  unseen: Unseen | null; // what training images have none of, among `images`
}

/** What a training on a meaning of "same" finds in a data set. */
export interface PairCounts {
  formsPairs: boolean; // TrainingRows.formsPairs
  valid: LabelCounts;
  test: LabelCounts;
}

interface LabelCounts {
  same: number; // pairs
  different: number;
}

/** All images of a data set and its test pairs, for measureStructure; see StructureRequest. */
export interface StructureRows extends Omit<SplitRows, 'images' | 'units' | 'unseen'> {
  images: PackedImages; // included ones
  units: ImageUnits; // of `images`
  identities: Int32Array; // [images]
  groups: Names | null;
}

/** All images of a data set, excluded ones too, with their current classes. */
export interface AllRows {
  images: PackedImages;
  excluded: Uint8Array; // [images] 1: excluded
  units: ImageUnits; // of `images`
  edits: string; // BrowseStore.edits
}

/** Reads curated data sets. */
export interface DatasetRows {
  /** `pairRecipe`: RunConfig.pairRecipe. */
  trainingRows(dataset: string, relation: PairRelation, pairRecipe: number): Promise<TrainingRows>;
  splitRows(dataset: string, split: 'test' | 'valid', relation: PairRelation): Promise<SplitRows>;
  structureRows(dataset: string, relation: PairRelation): Promise<StructureRows>;
  pairCounts(dataset: string, relation: PairRelation): Promise<PairCounts>;
  allRows(dataset: string): Promise<AllRows>;
  /** As the function addPairList. */
  addPairList(dataset: string, file: string): Promise<PairListSummary>;
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
      ...trainPairsOf(store, dataset, images, relation),
    };
  });

export const splitRows = (store: ReadStores, dataset: string, split: 'test' | 'valid', relation: PairRelation): SplitRows =>
  readConsistently(store, dataset, (images) => {
    const { pairs, hash } = pairSetOf(store, { dataset, snapshot: snapshotOf(images), images }, split, relation, PAIR_RECIPE);
    const usedIds = new Set(pairs.flatMap(({ a, b }) => [a, b]));
    const used = images.filter(({ id }) => usedIds.has(id));
    return { images: packImages(used), units: unitsOf(used), pairs: packPairs(pairs), pairSet: hash, unseen: unseenOf(used, images) };
  });

export const structureRows = (store: ReadStores, dataset: string, relation: PairRelation): StructureRows =>
  readConsistently(store, dataset, (images) => {
    const { pairs, hash } = pairSetOf(store, { dataset, snapshot: snapshotOf(images), images }, 'test', relation, PAIR_RECIPE);
    const packed = packImages(images);
    const groups = groupsOfTest(images);
    return {
      images: packed,
      units: unitsOf(images),
      identities: identitiesOf(images, packed, relation),
      groups,
      pairs: packPairs(pairs),
      pairSet: hash,
    };
  });

export function allRows({ browse }: ReadStores, dataset: string): AllRows {
  for (;;) {
    const edits = browse.edits(dataset);
    const images = browse.all(dataset);
    if (browse.edits(dataset) !== edits) continue; // another thread made an edit meanwhile
    const excluded = Uint8Array.from(images, (image) => Number(image.excluded));
    return { images: packImages(images), excluded, units: unitsOf(images), edits };
  }
}

export const pairCounts = (store: ReadStores, dataset: string, relation: PairRelation): PairCounts =>
  readConsistently(store, dataset, (images) => {
    const countsOf = (split: 'valid' | 'test'): LabelCounts => {
      const { pairs } = pairSetOf(store, { dataset, snapshot: snapshotOf(images), images }, split, relation, PAIR_RECIPE);
      const different = pairs.filter(({ label }) => label === 1).length;
      return { same: pairs.length - different, different };
    };
    const { formsPairs: trains } = trainPairsOf(store, dataset, images, relation);
    return { formsPairs: trains, valid: countsOf('valid'), test: countsOf('test') };
  });

/** The class or group of each image as a number; -1: none. With a person's list of pairs, no two images are known to be the same. */
function identitiesOf(images: readonly ImageRecord[], { classOf }: PackedImages, { same }: PairRelation): Int32Array {
  if (same === 'class') return Int32Array.from(classOf);
  if (same === 'pairs') return new Int32Array(images.length).fill(-1);
  const numbers = new Map<string, number>();
  return Int32Array.from(images, ({ group }) => (group === null ? -1 : numberIn(numbers, group)));
}

/** The groups of the test images by natural order; null without groups. */
function groupsOfTest(images: readonly ImageRecord[]): StructureRows['groups'] {
  const groupOf = ({ group, split }: ImageRecord): string | null => (split === 'test' ? group : null);
  const names = [...new Set(images.flatMap((image) => groupOf(image) ?? []))].sort(byNaturalOrder);
  const positions = new Map<string | null, number>(names.map((name, i) => [name, i]));
  return names.length === 0 ? null : { names, of: Int32Array.from(images, (image) => positions.get(groupOf(image)) ?? -1) };
}

function trainPairsOf(
  store: ReadStores,
  dataset: string,
  images: readonly ImageRecord[],
  relation: PairRelation,
): Pick<TrainingRows, 'formsPairs' | 'listedPairs'> {
  if (relation.list === null) return { formsPairs: formsPairs(images, relation), listedPairs: null };
  const pairs = listedPairs(listOf(store, dataset, relation.list), images, 'train');
  return { formsPairs: new Set(pairs.map(({ label }) => label)).size === 2, listedPairs: packPairs(pairs) };
}

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
  structureRows: (dataset, relation) => Promise.resolve(structureRows(store, dataset, relation)),
  pairCounts: (dataset, relation) => Promise.resolve(pairCounts(store, dataset, relation)),
  allRows: (dataset) => Promise.resolve(allRows(store, dataset)),
  addPairList: (dataset, file) => Promise.resolve(addPairList(store, dataset, file)),
});
