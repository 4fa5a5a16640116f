import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { LARGE, curatedStore, imagesOfWarnings } from '../../../src/main/features/dataset/curated.ts';
import { runImport } from '../../../src/main/features/dataset/import.ts';
import { type Change, applyChange } from '../../../src/main/features/dataset/edit.ts';
import { csvOf } from '../../../src/main/features/dataset/export.ts';
import { pairCounts, structureRows } from '../../../src/main/features/dataset/rows.ts';
import { LargeDatasets } from '../../../src/main/features/dataset/large-datasets.ts';
import { snapshotOf } from '../../../src/main/features/dataset/snapshot.ts';
import { countPairs } from '../../../src/main/features/dataset/split-pairs.ts';
import { openStore, type Store } from '../../../src/main/db/store.ts';
import { undoLast } from '../../db/kit.ts';
import { datasetThreadEntry } from '../../../src/main/foundation/program-folder.ts';
import { workspaceAt } from '../../../src/main/foundation/workspace.ts';
import { type CurationEdit, ImageQuery } from '../../../src/shared/curation.ts';
import { SPLITS } from '../../../src/shared/dataset.ts';
import { ImageTable, unpackPairs } from '../../../src/main/domain/pairs/packed.ts';
import { someDataset } from '../../db/records.ts';
import { drawClasses, plainInspect, temporaryFolder } from './png-files.ts';
import { image } from './images.ts';
import { PAIR_RECIPE } from '../../../src/main/domain/pairs/evaluation-pairs.ts';
import { SAME_CLASS } from '../../../src/shared/pair-relation.ts';
import { pairsIn } from './pairs.ts';

// The threads run from the build.

let store: Store;
let sets: LargeDatasets;
const images = Array.from({ length: LARGE + 100 }, (_, id) =>
  image(id, id % 3 ? 'a' : 'b', { sha256: id.toString(16).padStart(64, '0'), split: SPLITS[id % 3 === 2 ? 1 : 0]! }),
);
const edit: CurationEdit = { kind: 'exclude', ids: [1, 2, 3, 4] };

beforeEach(() => {
  const workspace = workspaceAt(temporaryFolder());
  const opened = openStore(workspace, { write: true, command: 'test' });
  store = curatedStore(opened);
  sets = new LargeDatasets(store, datasetThreadEntry(), workspace.database);
  onTestFinished(async () => {
    await sets.close();
    store.close();
  });
});

const insertLarge = (name = 'large'): string =>
  store.datasets.insert({ ...someDataset({ name, images, snapshot: name }), pairs: countPairs(images, 0) }).dataset;

describe('in a thread', () => {
  test('searches and counts a large data set as in this thread, with all edits so far', async () => {
    const dataset = insertLarge();
    store.curation.apply(dataset, edit);
    const query = ImageQuery.parse({ dataset, state: 'included', sort: 'class', descending: true });
    expect(await sets.find(query)).toEqual(store.browse.find(query));
    expect(await sets.counts(dataset)).toEqual(store.browse.counts(dataset));
    await expect(sets.find({ ...query, dataset: 'nowhere' })).rejects.toMatchObject({ code: 'not-found' });
  });

  test('samples the same pairs as in this thread', async () => {
    const [inThread, here] = [insertLarge('inThread'), insertLarge('here')];
    store.curation.apply(inThread, edit);
    expect(store.datasets.withoutDerived(LARGE)).toEqual([inThread]);
    await Promise.all([sets.ready(), sets.ready()]);
    expect(store.datasets.withoutDerived(LARGE)).toEqual([]);
    store.curation.apply(here, edit); // derived by the next query
    const facts = (dataset: string): unknown => {
      const { classes, splits, pairs, snapshot, warnings } = store.datasets.get(dataset);
      return { classes, splits, pairs, snapshot, warnings, sampled: SPLITS.map((split) => pairsIn(store, dataset, split)) };
    };
    expect(facts(inThread)).toEqual(facts(here));
  });

  test('edits, undoes and redoes as in this thread, with the same history', async () => {
    const [inThread, here] = [insertLarge('inThread'), insertLarge('here')];
    const both = async (change: Change): Promise<void> => {
      const { dataset: _, ...found } = await sets.change(inThread, change);
      const { dataset: __, ...wanted } = applyChange(store.curation, here, change);
      expect(found).toEqual(wanted);
    };
    await both(edit);
    await both({ kind: 'relabel', ids: images.map(({ id }) => id), className: 'b' });
    await both({ kind: 'tag', ids: [5, 6], tag: 'seen' });
    await both({ kind: 'undo', position: 3 });
    await both({ kind: 'undo', position: 2 });
    await both({ kind: 'redo', position: 2 });
    const history = (dataset: string): unknown =>
      store.curation.history(dataset).map(({ atMs: _, undoneMs, ...entry }) => ({ ...entry, at: undoneMs === null }));
    expect(history(inThread)).toEqual(history(here));
    for (const { position } of store.curation.history(inThread))
      expect(store.curation.imagesOf(inThread, position)).toEqual(store.curation.imagesOf(here, position));
    expect(await sets.copies(inThread)).toEqual(store.browse.copies(here));
    expect(await sets.imagesOfWarnings(inThread)).toEqual(imagesOfWarnings(store, here));
    expect(store.browse.all(inThread)).toEqual(store.browse.all(here));
    await expect(sets.change(inThread, { kind: 'exclude', ids: [images.length] })).rejects.toMatchObject({ code: 'not-found' });
    await both({ kind: 'undo', position: 2 });
    await both({ kind: 'undo', position: 1 });
    await expect(sets.change(inThread, { kind: 'undo', position: 1 })).rejects.toMatchObject({
      code: 'bad-request',
      message: 'There is nothing to undo.',
    });
  });

  test('a search includes an edit that was requested before it', async () => {
    const dataset = insertLarge();
    const [, found] = await Promise.all([sets.change(dataset, edit), sets.find(ImageQuery.parse({ dataset, state: 'excluded', sort: 'file' }))]);
    expect([...found.ids]).toEqual(edit.ids);
  });

  test('reads the same training and evaluation rows as in this thread', async () => {
    const dataset = insertLarge();
    for (const change of [null, edit]) {
      if (change) await sets.change(dataset, change);
      await sets.ready();
      const { images: packed, snapshot, validPairs } = await sets.trainingRows(dataset, SAME_CLASS, PAIR_RECIPE);
      const table = new ImageTable(packed);
      const expected = store.datasets.images(dataset).map(({ width: _, height: __, ...image }) => image);
      expect(Array.from({ length: table.length }, (_, i) => table.at(i))).toEqual(expected);
      expect(snapshot).toBe(snapshotOf(store.datasets.images(dataset)));
      expect(unpackPairs(validPairs)).toEqual(pairsIn(store, dataset, 'valid'));
      const { images: some, pairs } = await sets.splitRows(dataset, 'valid', SAME_CLASS);
      expect(unpackPairs(pairs)).toEqual(pairsIn(store, dataset, 'valid'));
      expect(await sets.pairCounts(dataset, SAME_CLASS)).toEqual(pairCounts(store, dataset, SAME_CLASS));
      expect(await sets.structureRows(dataset, SAME_CLASS)).toEqual(structureRows(store, dataset, SAME_CLASS));
      expect([...some.ids]).toEqual([...new Set(unpackPairs(pairs).flatMap(({ a, b }) => [a, b]))].sort((a, b) => a - b));
    }
  });

  test('writes a list and a copy as in this thread', async () => {
    const folder = drawClasses(temporaryFolder(), { cats: 6, dogs: 5 });
    const { signal } = new AbortController();
    await runImport(await sets.begin({ folder, name: 'Pets' }, signal), { inspect: plainInspect, signal });
    const out = temporaryFolder();
    await sets.writeCsv('pets', join(out, 'list.csv'));
    expect(readFileSync(join(out, 'list.csv'), 'utf8')).toBe(csvOf(store.browse.all('pets')));
    const progress: [number, number][] = [];
    await sets.copy('pets', join(out, 'copy'), signal, (done, total) => progress.push([done, total]));
    expect(progress).toEqual(Array.from({ length: 11 }, (_, i) => [i + 1, 11]));
    expect(readdirSync(join(out, 'copy')).sort()).toEqual(['cats', 'dogs', 'images.csv']);
    expect(readdirSync(join(out, 'copy', 'dogs'))).toHaveLength(5);
  });

  test('a cancelled copy leaves nothing', async () => {
    const folder = drawClasses(temporaryFolder(), { cats: 900, dogs: 900 });
    const { signal } = new AbortController();
    await runImport(await sets.begin({ folder, name: 'Pets' }, signal), { inspect: plainInspect, signal });
    const out = temporaryFolder();
    const controller = new AbortController();
    const cancelled = sets.copy('pets', join(out, 'other'), controller.signal, () => controller.abort());
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    expect(existsSync(join(out, 'other'))).toBe(false);
  });

  test('a failing task is reported, and the thread continues', async () => {
    insertLarge();
    await expect(sets.begin({ folder: '/nowhere/at/all' }, new AbortController().signal)).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('/nowhere/at/all') as string,
    });
    expect((await sets.counts('large')).included).toBe(images.length);
  });

  test('imports a folder, and returns the stored data set for an unchanged one', async () => {
    const folder = drawClasses(temporaryFolder(), { cats: 6, dogs: 5 });
    const { signal } = new AbortController();
    const importFolder = async (): Promise<string> =>
      runImport(await sets.begin({ folder, name: 'Pets' }, signal), { inspect: plainInspect, signal });
    expect(await importFolder()).toBe('pets');
    expect(store.datasets.get('pets')).toMatchObject({ images: 11, classes: { cats: 6, dogs: 5 } });
    expect(await importFolder()).toBe('pets');
    expect(store.datasets.list()).toHaveLength(1);
  });

  test('a cancelled import stores nothing', async () => {
    const folder = drawClasses(temporaryFolder(), { cats: 6, dogs: 5 });
    const controller = new AbortController();
    const session = await sets.begin({ folder }, controller.signal);
    const inspect: typeof plainInspect = async (files, options) => {
      const answers = await plainInspect(files, options);
      controller.abort();
      return answers;
    };
    await expect(runImport(session, { inspect, signal: controller.signal })).rejects.toMatchObject({ code: 'cancelled' });
    expect(store.datasets.list()).toEqual([]);
  });
});

test('data derived before an edit is not used after it', () => {
  const dataset = insertLarge();
  store.curation.apply(dataset, edit);
  const { edits } = store.browse.includedWithEdits(dataset);
  const { snapshot, classes, splits, pairs, groups, warnings, images: n } = store.datasets.get(dataset);
  const stale = { snapshot, classes, splits, pairs, groups, warnings, images: n };
  store.curation.apply(dataset, { kind: 'exclude', ids: [7] });
  expect(store.datasets.putDerived(dataset, stale, edits)).toBe(false);
  undoLast(store, dataset);
  expect(store.datasets.putDerived(dataset, stale, edits)).toBe(true); // the same edits are active again
});
