import type { DatasetStores } from '../../../src/main/db/dataset-stores.ts';
import { pairSetOf } from '../../../src/main/features/dataset/pair-sets.ts';
import { snapshotOf } from '../../../src/main/features/dataset/snapshot.ts';
import type { Pair, Split } from '../../../src/shared/dataset.ts';
import { type PairRelation, SAME_CLASS } from '../../../src/shared/pair-relation.ts';

/** The evaluation pairs of a split, as a run gets them. `store`: as imported or curated. */
export function pairsIn(store: DatasetStores, dataset: string, split: Split, relation: PairRelation = SAME_CLASS): Pair[] {
  const images = store.datasets.images(dataset);
  return pairSetOf(store, { dataset, snapshot: snapshotOf(images), images }, split, relation).pairs;
}
