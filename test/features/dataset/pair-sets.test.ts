import Database from 'better-sqlite3';
import { beforeEach, describe, expect, test } from 'vitest';
import type { DatasetStores } from '../../../src/main/db/dataset-stores.ts';
import { PAIR_RECIPE } from '../../../src/main/domain/pairs/evaluation-pairs.ts';
import { unpackPairs } from '../../../src/main/domain/pairs/packed.ts';
import { roundsFor, samplePairs } from '../../../src/main/domain/pairs/sample-pairs.ts';
import { curatedStore } from '../../../src/main/features/dataset/curated.ts';
import { formsPairs, hashOfPairs } from '../../../src/main/features/dataset/pair-sets.ts';
import { splitRows, trainingRows } from '../../../src/main/features/dataset/rows.ts';
import { snapshotOf } from '../../../src/main/features/dataset/snapshot.ts';
import type { Workspace } from '../../../src/main/foundation/workspace.ts';
import type { ImageRecord, Pair } from '../../../src/shared/dataset.ts';
import { type NegativeKind, type PairRelation, SAME_CLASS } from '../../../src/shared/pair-relation.ts';
import { randomFor } from '../../../src/shared/random.ts';
import { freshWorkspace, storeAt, undoLast } from '../../db/kit.ts';
import { someDataset } from '../../db/records.ts';
import { image } from './images.ts';

const SEED = 5;
const hex = (id: number): string => id.toString(16).padStart(64, '0');
const images = Array.from({ length: 90 }, (_, id) =>
  image(id, 'abc'[id % 3]!, { sha256: hex(id), split: (['train', 'valid', 'test'] as const)[Math.floor(id / 3) % 3]! }),
);
const key = { snapshot: snapshotOf(images), relation: SAME_CLASS, recipe: PAIR_RECIPE, split: 'test' } as const;

let workspace: Workspace;
let store: DatasetStores;
beforeEach(() => {
  workspace = freshWorkspace();
  store = curatedStore(storeAt(workspace));
  store.datasets.insert(someDataset({ images, splitSeed: SEED, snapshot: snapshotOf(images) }));
});

const testPairs = (from = store): { pairs: Pair[]; pairSet: string } => {
  const { pairs, pairSet } = splitRows(from, 'things', 'test', SAME_CLASS);
  return { pairs: unpackPairs(pairs), pairSet };
};

describe('evaluation pairs of a data set', () => {
  test('are stored at the first use, and read from then on', () => {
    expect(store.pairSets.find('things', key)).toBeNull();
    const first = testPairs();
    expect(first.pairs.length).toBe(2 * 3 * 45); // all of the same class, and as many others
    expect(store.pairSets.find('things', key)).toEqual({ hash: first.pairSet, pairs: first.pairs });
    const raw = new Database(workspace.database);
    raw.exec(`UPDATE pair_sets SET hash = 'stored'`);
    raw.close();
    expect(testPairs()).toEqual({ pairs: first.pairs, pairSet: 'stored' });
  });

  test('are the same for a reader, which stores nothing', () => {
    const reader = curatedStore(storeAt(workspace, false));
    const read = testPairs(reader);
    expect(store.pairSets.find('things', key)).toBeNull();
    expect(testPairs()).toEqual(read);
  });

  test('belong to a state of the data set: an edit gives others, and undoing it the first ones', () => {
    const before = testPairs();
    store.curation.apply('things', { kind: 'exclude', ids: [images.find(({ split }) => split === 'test')!.id] });
    const edited = testPairs();
    expect(edited.pairSet).not.toBe(before.pairSet);
    expect(edited.pairs.length).toBeLessThan(before.pairs.length);
    undoLast(store, 'things');
    expect(testPairs()).toEqual(before);
  });

  test('are deleted with the data set', () => {
    testPairs();
    store.datasets.remove('things');
    expect(store.datasets.purge()).toEqual(['things']);
    const raw = new Database(workspace.database, { readonly: true });
    expect(raw.prepare('SELECT count(*) FROM pair_sets').pluck().get()).toBe(0);
    raw.close();
  });

  test('of a run of an older version: validation pairs as stored at the import; new runs and all evaluations have new ones', () => {
    const valid = images.filter(({ split }) => split === 'valid');
    const old = samplePairs(valid, randomFor(SEED, 'stored-pairs', 'valid'), { rounds: roundsFor(valid.length) });
    const drawn = trainingRows(store, 'things', SAME_CLASS, 1);
    expect(unpackPairs(drawn.validPairs)).toEqual(old); // without stored ones: sampled again
    const raw = new Database(workspace.database);
    raw.exec(
      `DELETE FROM pair_sets; INSERT INTO pairs (dataset, split, position, a, b, label) VALUES (1, 'valid', 0, 3, 6, 0), (1, 'valid', 1, 3, 4, 1)`,
    );
    raw.close();
    const stored = trainingRows(store, 'things', SAME_CLASS, 1);
    expect(unpackPairs(stored.validPairs)).toEqual([
      { a: 3, b: 6, label: 0 },
      { a: 3, b: 4, label: 1 },
    ]);
    const now = trainingRows(store, 'things', SAME_CLASS, PAIR_RECIPE);
    expect(unpackPairs(now.validPairs)).toHaveLength(2 * 3 * 45);
    expect(now.pairSet).not.toBe(stored.pairSet);
    expect(splitRows(store, 'things', 'valid', SAME_CLASS).pairSet).toBe(now.pairSet);
  });
});

describe('evaluation pairs by group', () => {
  const groupOf = (id: number): string | null => (id % 9 === 8 ? null : `g${Math.floor(id / 9)}${id % 3}`); // of one class each
  const relation = (negatives: NegativeKind): PairRelation => ({ same: 'group', negatives, list: null });

  test.each(['anywhere', 'same-class'] as const)('%s: are stored beside those by class', (negatives) => {
    const grouped = images.map((one) => ({ ...one, group: groupOf(one.id), split: 'test' as const }));
    store.datasets.insert(someDataset({ name: 'flats', images: grouped, snapshot: 'flats' }));
    const byClass = splitRows(store, 'flats', 'test', SAME_CLASS);
    const { pairs, pairSet } = splitRows(store, 'flats', 'test', relation(negatives));
    expect(pairSet).not.toBe(byClass.pairSet);
    const known = new Map(grouped.map((one) => [one.id, one]));
    expect(unpackPairs(pairs).length).toBeGreaterThan(100);
    for (const { a, b, label } of unpackPairs(pairs)) {
      const [x, y] = [known.get(a)!, known.get(b)!];
      expect(x.group !== null && x.group === y.group).toBe(label === 0);
      if (label === 1 && negatives === 'same-class') expect(x.className).toBe(y.className);
    }
    expect(splitRows(store, 'flats', 'test', SAME_CLASS)).toEqual(byClass);
  });

  test('training images form pairs if some have both a same and a different partner', () => {
    const of = (...groups: (string | null)[]): ImageRecord[] => groups.map((group, id) => image(id, 'a', { group }));
    expect(formsPairs(of('x', 'x', 'y'), relation('same-class'))).toBe(true);
    expect(formsPairs(of('x', 'x', null), relation('anywhere'))).toBe(true);
    expect(formsPairs(of('x', 'y', null), relation('anywhere'))).toBe(false);
    expect(formsPairs(of('x', 'x'), relation('anywhere'))).toBe(false);
    const apart = of('x', 'x', 'y').map((one) => (one.group === 'y' ? { ...one, className: 'b' } : one));
    expect([formsPairs(apart, relation('same-class')), formsPairs(apart, relation('mixed'))]).toEqual([false, true]);
  });
});

describe('hashOfPairs', () => {
  const pairs: Pair[] = [
    { a: 0, b: 1, label: 0 },
    { a: 2, b: 3, label: 1 },
  ];
  const files = [0, 1, 2, 3].map((id) => ({ id, sha256: hex(id) }));
  const hash = hashOfPairs(pairs, files);

  test('does not depend on the order of pairs and images, or on the numbers of the images', () => {
    expect(hashOfPairs([...pairs].reverse(), files)).toBe(hash);
    expect(
      hashOfPairs(
        pairs.map(({ a, b, label }) => ({ a: b, b: a, label })),
        files,
      ),
    ).toBe(hash);
    const renumbered = pairs.map(({ a, b, label }) => ({ a: a + 7, b: b + 7, label }));
    expect(
      hashOfPairs(
        renumbered,
        files.map(({ id, sha256 }) => ({ id: id + 7, sha256 })),
      ),
    ).toBe(hash);
  });

  test.each<[string, Pair[], typeof files]>([
    ['a label', [pairs[0]!, { a: 2, b: 3, label: 0 }], files],
    ['an image', [pairs[0]!, { a: 1, b: 3, label: 1 }], files],
    ['a missing pair', pairs.slice(1), files],
    ['a file', pairs, files.map((file) => (file.id === 3 ? { id: 3, sha256: hex(9) } : file))],
  ])('depends on %s', (_, others, its) => expect(hashOfPairs(others, its)).not.toBe(hash));
});
