import { basename } from 'node:path';
import type { ImageRecord, Pair } from '../../../shared/dataset.ts';
import { SPLITS } from '../../../shared/dataset.ts';
import { MAX_PROBLEMS, type PairListSummary } from '../../../shared/pair-list.ts';
import type { DatasetStores } from '../../db/dataset-stores.ts';
import { type PairList, readPairList } from '../../domain/pairs/pair-list.ts';
import { csvOfRows } from '../../foundation/csv.ts';
import { decodeText, readTableFile } from '../../foundation/text-file.ts';
import { hashOfPairs } from './pair-sets.ts';

type Stores = Pick<DatasetStores, 'datasets' | 'browse' | 'pairSets'>;

/**
 * Reads a file of pairs and stores the usable ones with the data set, so that trainings can choose them; the file is not read again.
 * Throws AppError 'not-found' for a file that can't be read.
 */
export function addPairList(store: Stores, dataset: string, file: string): PairListSummary {
  const { pairs, problems, labels } = readList(store, dataset, file);
  const images = store.datasets.images(dataset);
  const source = basename(file);
  const list = pairs.length === 0 ? null : hashOfPairs(pairs, images);
  if (list !== null) store.pairSets.putList(dataset, list, { source, pairs });
  return { list, source, labels, ...countSplits(pairs, images), problems: problems.slice(0, MAX_PROBLEMS), problemCount: problems.length };
}

/** The rows of a file of pairs that can't be used, as CSV: line, reason, row. */
export function pairProblemsCsv(store: Stores, dataset: string, file: string): string {
  const { problems } = readList(store, dataset, file);
  return csvOfRows([['line', 'reason', 'row'], ...problems.map(({ line, reason, text }) => [line, reason, text])]);
}

function readList(store: Stores, dataset: string, file: string): PairList {
  const { root } = store.datasets.header(dataset);
  const excluded = new Set(store.browse.all(dataset).flatMap((image) => (image.excluded ? [image.file] : [])));
  return readPairList(textOf(file), { images: store.datasets.images(dataset), excluded, root: root.replaceAll('\\', '/') });
}

const FILE_OF_PAIRS = { what: 'file of pairs', suffixes: ['.csv', '.tsv', '.txt'] };

const textOf = (file: string): string => decodeText(readTableFile(file, FILE_OF_PAIRS), file);

/** Pairs within each split, by label; those of images in two splits are across. */
export function countSplits(pairs: readonly Pair[], images: readonly ImageRecord[]): Pick<PairListSummary, 'splits' | 'across'> {
  const splitOf = new Map(images.map(({ id, split }) => [id, split]));
  const splits = Object.fromEntries(SPLITS.map((split) => [split, { same: 0, different: 0 }])) as PairListSummary['splits'];
  let across = 0;
  for (const { a, b, label } of pairs) {
    const split = splitOf.get(a);
    if (split === undefined || split !== splitOf.get(b)) across++;
    else splits[split][label === 0 ? 'same' : 'different']++;
  }
  return { splits, across };
}
