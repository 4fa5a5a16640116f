import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { LARGE, withCuration } from '../../src/main/dataset/curated.ts';
import { carryThrough } from '../../src/main/dataset/import.ts';
import { LargeSets } from '../../src/main/dataset/large-sets.ts';
import { storedPairs } from '../../src/main/dataset/stored-pairs.ts';
import { openStore, type Store } from '../../src/main/db/store.ts';
import { setsEntry } from '../../src/main/program-folder.ts';
import { workspaceAt } from '../../src/main/workspace.ts';
import { type CurationEdit, ImageQuery } from '../../src/shared/curation.ts';
import { SPLITS } from '../../src/shared/dataset.ts';
import { someDataset } from '../db/records.ts';
import { drawClasses, plainInspect, temporaryFolder } from './drawn.ts';
import { image } from './images.ts';

// Threads of their own, from the build.

let store: Store;
let sets: LargeSets;
const images = Array.from({ length: LARGE + 100 }, (_, id) => image(id, id % 3 ? 'a' : 'b', { split: SPLITS[id % 3 === 2 ? 1 : 0]! }));
const edit: CurationEdit = { kind: 'exclude', ids: [1, 2, 3, 4] };

beforeEach(() => {
  const workspace = workspaceAt(temporaryFolder());
  const opened = openStore(workspace, { write: true, command: 'test' });
  store = withCuration(opened);
  sets = new LargeSets(store, setsEntry(), workspace.database);
  onTestFinished(async () => {
    await sets.close();
    store.close();
  });
});

const insertLarge = (name = 'large'): string =>
  store.datasets.insert({ ...someDataset({ name, images, snapshot: name }), pairs: storedPairs(images, 0) }).dataset;

describe('in a thread', () => {
  test('a large data set is searched and counted as here, with the edits made until now', async () => {
    const dataset = insertLarge();
    store.curation.apply(dataset, edit);
    const query = ImageQuery.parse({ dataset, state: 'kept', sort: 'class', descending: true });
    expect(await sets.find(query)).toEqual(store.browse.find(query));
    expect(await sets.counts(dataset)).toEqual(store.browse.counts(dataset));
    await expect(sets.find({ ...query, dataset: 'nowhere' })).rejects.toMatchObject({ code: 'not-found' });
  });

  test('pairs are drawn as they are here', async () => {
    const [there, here] = [insertLarge('there'), insertLarge('here')];
    store.curation.apply(there, edit);
    expect(store.datasets.underived(LARGE)).toEqual([there]);
    await Promise.all([sets.ready(), sets.ready()]);
    expect(store.datasets.underived(LARGE)).toEqual([]);
    store.curation.apply(here, edit); // worked out by the next question
    const facts = (dataset: string): unknown => {
      const { classes, splits, pairs, snapshot, warnings } = store.datasets.get(dataset);
      return { classes, splits, pairs, snapshot, warnings, drawn: SPLITS.map((split) => store.datasets.pairs(dataset, split)) };
    };
    expect(facts(there)).toEqual(facts(here));
  });

  test('a failing task is told in words, and the thread goes on', async () => {
    insertLarge();
    await expect(sets.begin({ folder: '/nowhere/at/all' }, new AbortController().signal)).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('/nowhere/at/all') as string,
    });
    expect((await sets.counts('large')).kept).toBe(images.length);
  });

  test('a folder is imported, and given back unchanged', async () => {
    const folder = drawClasses(temporaryFolder(), { cats: 6, dogs: 5 });
    const { signal } = new AbortController();
    const take = async (): Promise<string> => carryThrough(await sets.begin({ folder, name: 'Pets' }, signal), { inspect: plainInspect, signal });
    expect(await take()).toBe('pets');
    expect(store.datasets.get('pets')).toMatchObject({ images: 11, classes: { cats: 6, dogs: 5 } });
    expect(await take()).toBe('pets');
    expect(store.datasets.list()).toHaveLength(1);
  });

  test('an import that is cancelled stores nothing', async () => {
    const folder = drawClasses(temporaryFolder(), { cats: 6, dogs: 5 });
    const controller = new AbortController();
    const session = await sets.begin({ folder }, controller.signal);
    const inspect: typeof plainInspect = async (files, options) => {
      const answers = await plainInspect(files, options);
      controller.abort();
      return answers;
    };
    await expect(carryThrough(session, { inspect, signal: controller.signal })).rejects.toMatchObject({ code: 'cancelled' });
    expect(store.datasets.list()).toEqual([]);
  });
});

test('what was worked out before an edit is not kept after it', () => {
  const dataset = insertLarge();
  store.curation.apply(dataset, edit);
  const { edits } = store.browse.keptAfter(dataset);
  const { snapshot, classes, splits, pairs, groups, warnings, images: n } = store.datasets.get(dataset);
  const stale = { snapshot, classes, splits, pairs, groups, warnings, images: n };
  store.curation.apply(dataset, { kind: 'exclude', ids: [7] });
  expect(store.datasets.putDerived(dataset, stale, { train: [], valid: [], test: [] }, edits)).toBe(false);
  store.curation.undo(dataset);
  expect(store.datasets.putDerived(dataset, stale, { train: [], valid: [], test: [] }, edits)).toBe(true); // the same edits hold again
});
