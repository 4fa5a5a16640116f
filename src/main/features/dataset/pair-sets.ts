import { MAX_LISTED_PAIRS } from '../../../shared/pair-list.ts';
import { listedPairs } from '../../domain/pairs/pair-list.ts';
import { createHash } from 'node:crypto';
import type { RunRecord } from '../../../shared/run.ts';
import type { ImageRecord, Pair, PairLabel, Split } from '../../../shared/dataset.ts';
import { AppError } from '../../../shared/errors.ts';
import type { PairRelation } from '../../../shared/pair-relation.ts';
import { randomFor } from '../../../shared/random.ts';
import type { DatasetStores } from '../../db/dataset-stores.ts';
import type { PairSet } from '../../db/pair-sets.ts';
import { contentsOf, identityOf } from '../../domain/pairs/contents.ts';
import { evaluationPairs, PAIR_RECIPE } from '../../domain/pairs/evaluation-pairs.ts';
import { roundsFor, samplePairs } from '../../domain/pairs/sample-pairs.ts';

/** The images that pairs are drawn from: all included ones, or those of the split. */
export interface PairSource {
  dataset: string;
  snapshot: string;
  images: readonly ImageRecord[];
}

/**
 * The pairs of a split that all runs of this state of the data set are evaluated on. Draws them from the data set's seed and stores them
 * at the first use. `recipe` 1: the pairs of older versions, for runs that were trained with them.
 */
export function pairSetOf(
  store: Pick<DatasetStores, 'datasets' | 'browse' | 'pairSets' | 'writable'>,
  { dataset, snapshot, images }: PairSource,
  split: Split,
  relation: PairRelation,
  recipe = PAIR_RECIPE,
): PairSet {
  const key = { snapshot, relation, recipe, split };
  const stored = store.pairSets.find(dataset, key);
  if (stored) return stored;
  const inSplit = images.filter((image) => image.split === split);
  const { splitSeed } = store.datasets.header(dataset);
  const pairs =
    relation.list !== null
      ? listedPairs(listOf(store, dataset, relation.list), images, split).slice(0, MAX_LISTED_PAIRS)
      : recipe === 1
        ? pairsOfImport(store, dataset, inSplit, split, splitSeed)
        : drawPairs(inSplit, split, splitSeed, relation);
  const set = { hash: hashOfPairs(pairs, inSplit), pairs };
  if (store.writable) store.pairSets.put(dataset, key, set);
  return set;
}

/** What a run records of a list. Throws as listOf does. */
export function listInfo(store: Pick<DatasetStores, 'pairSets'>, dataset: string, sha256: string): { source: string; sha256: string; pairs: number } {
  const { length } = listOf(store, dataset, sha256);
  return { source: store.pairSets.findList(dataset, sha256)!.source, sha256, pairs: length };
}

/** The pairs of a stored list. Throws AppError 'not-found' if the data set has no such list. */
export function listOf({ pairSets }: Pick<DatasetStores, 'pairSets'>, dataset: string, list: string): Pair[] {
  const found = pairSets.findList(dataset, list);
  if (found) return found.pairs;
  throw new AppError('not-found', 'The data set has no such list of pairs: choose its file again.', { dataset, field: 'pairs' });
}

/** Evaluation pairs of a split. */
export const drawPairs = (inSplit: readonly ImageRecord[], split: Split, seed: number, { same, negatives }: PairRelation): Pair[] =>
  evaluationPairs(
    inSplit.map((image) => ({ ...image, identity: identityOf(image, same) })),
    randomFor(seed, 'evaluation-pairs', split),
    { negatives },
  );

/** As versions before pair sets sampled them at the import and after each edit. */
function pairsOfImport(
  store: Pick<DatasetStores, 'browse' | 'pairSets'>,
  dataset: string,
  inSplit: readonly ImageRecord[],
  split: Split,
  seed: number,
): Pair[] {
  const stored = store.browse.isEdited(dataset) ? [] : store.pairSets.ofImport(dataset, split);
  return stored.length > 0 ? stored : samplePairs(inSplit, randomFor(seed, 'stored-pairs', split), { rounds: roundsFor(inSplit.length) });
}

/**
 * The identity of a set of pairs: SHA-256 in hex over sorted lines of JSON [SHA-256 of one file, of the other, label]. Equal for the same
 * pairs of the same images, whatever data set and order they are in.
 */
export function hashOfPairs(pairs: readonly Pair[], images: readonly Pick<ImageRecord, 'id' | 'sha256'>[]): string {
  const files = new Map(images.map(({ id, sha256 }) => [id, sha256]));
  const lines = pairs.map(({ a, b, label }) => JSON.stringify([...[files.get(a), files.get(b)].sort(), label])).sort();
  return createHash('sha256').update(lines.join('\n')).digest('hex');
}

/** Whether some training image has both a same and a different partner. */
export function formsPairs(images: readonly ImageRecord[], { same, negatives }: Omit<PairRelation, 'list'>): boolean {
  const contents = contentsOf(images.filter(({ split }) => split === 'train').map((image) => ({ ...image, identity: identityOf(image, same) })));
  return Array.from({ length: contents.count }, (_, x) => x).some((x) => {
    const partners = contents.partners(x);
    return partners.same > 0 && (negatives === 'same-class' ? contents.hardPartners(x) : partners.different) > 0;
  });
}

/** Labels of a run's list, by the smaller and the larger image id; empty without a list. */
export function labelsOfList(
  { pairSets }: Pick<DatasetStores, 'pairSets'>,
  { dataset, config }: Pick<RunRecord, 'dataset' | 'config'>,
): Map<number, Map<number, PairLabel>> {
  const labels = new Map<number, Map<number, PairLabel>>();
  for (const { a, b, label } of config.pairs === null ? [] : (pairSets.findList(dataset, config.pairs.sha256)?.pairs ?? [])) {
    const [low, high] = [Math.min(a, b), Math.max(a, b)];
    const ofLow = labels.get(low) ?? new Map<number, PairLabel>();
    labels.set(low, ofLow.set(high, label));
  }
  return labels;
}
