import type { Random } from '../../../shared/random.ts';
import { ImageTable, type PackedImages } from '../pairs/packed.ts';

/** A data set's different images (contents), those of the test split first. */
export interface Items {
  positions: Int32Array; // [n] of one file of each content in the packed images; of the test split where it has one there
  test: number; // the first items are those of the test split
  others: number; // items of other splits before sampling
  itemOf: Int32Array; // [images] item of each image; -1: not sampled
  identities: number[][]; // [n] what "same" means, of all files of the content
  contradicting: Uint8Array; // [n] 1: the content's files are in several classes
}

/**
 * Groups images by content. `identities` [images]: class or group by the run's meaning of "same"; negative: none. At most `limit` items; test
 * images are never left out.
 */
export function itemsOf(images: PackedImages, identities: Int32Array, limit: number, random: Random): Items {
  const table = new ImageTable(images);
  const ofContent = new Map<string, number[]>();
  for (let i = 0; i < table.length; i++) {
    const content = table.content(i);
    const files = ofContent.get(content);
    if (files) files.push(i);
    else ofContent.set(content, [i]);
  }
  const inTest = new Set(table.inSplit('test'));
  const contents = [...ofContent.values()];
  const test = contents.filter((files) => files.some((i) => inTest.has(i)));
  const rest = contents.filter((files) => !files.some((i) => inTest.has(i)));
  const others = rest.length <= limit - test.length ? rest : random.shuffle(rest).slice(0, Math.max(0, limit - test.length));
  const chosen = [...test, ...others];
  const itemOf = new Int32Array(table.length).fill(-1);
  chosen.forEach((files, item) => files.forEach((i) => (itemOf[i] = item)));
  return {
    positions: Int32Array.from(chosen, (files) => files.find((i) => inTest.has(i)) ?? files[0]!),
    test: test.length,
    others: rest.length,
    itemOf,
    identities: chosen.map((files) => [...new Set(files.map((i) => identities[i]!).filter((identity) => identity >= 0))]),
    contradicting: Uint8Array.from(chosen, (files) => Number(new Set(files.map((i) => images.classOf[i])).size > 1)),
  };
}

// Limits of the work on all queries, in both spaces: about 4 s.
const MAX_COMPARED = 6e7; // images that are ranked
const MAX_PRODUCTS = 9e10; // multiplications for their distances
const SHARE_AMONG_TEST = 0.75; // of the images that may be compared: for rankings among test images; the rest is for those among all images
const MIN_FULL = 500; // queries that are compared with all images at least, where there are as many

/**
 * Test items in the order in which they are queries; the first `fullCount` are compared with all images, too. `length`: numbers of an embedding
 * and of a feature vector together. With short embeddings, up to 6,700 test images all are queries; of more a random sample is, so that the
 * time stays the same.
 */
export function chooseQueries(
  { test, positions }: Pick<Items, 'test' | 'positions'>,
  length: number,
  random: Random,
): { queries: number[]; fullCount: number } {
  const maxCompared = Math.min(MAX_COMPARED, MAX_PRODUCTS / length);
  const all = Array.from({ length: test }, (_, i) => i);
  const others = positions.length - test;
  const count = Math.min(test, Math.floor(((others > 0 ? SHARE_AMONG_TEST : 1) * maxCompared) / test));
  const fullCount = others === 0 ? count : Math.min(count, Math.max(MIN_FULL, Math.floor((maxCompared - count * test) / others)));
  return fullCount === test ? { queries: all, fullCount } : { queries: random.shuffle(all).slice(0, count), fullCount };
}
