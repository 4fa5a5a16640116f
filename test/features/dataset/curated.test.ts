import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { curatedStore, imagesOfWarnings } from '../../../src/main/features/dataset/curated.ts';
import { whyUntrainable } from '../../../src/main/features/training/untrainable.ts';
import { redoNext, undoLast } from '../../db/kit.ts';
import { countPairs } from '../../../src/main/features/dataset/split-pairs.ts';
import { snapshotOf } from '../../../src/main/features/dataset/snapshot.ts';
import { openStore, type Store } from '../../../src/main/db/store.ts';
import { workspaceAt } from '../../../src/main/foundation/workspace.ts';
import type { CurationEdit } from '../../../src/shared/curation.ts';
import { SPLITS } from '../../../src/shared/dataset.ts';
import { someConfig, someDataset } from '../../db/records.ts';
import { drawClasses, temporaryFolder } from './png-files.ts';
import { image } from './images.ts';
import { freshStore, importFrom } from './import-helpers.ts';
import { pairsIn } from './pairs.ts';

let store: Store;
const dataset = 'pets';
const N = 60;
const EVALUATED = ['valid', 'test'] as const;

beforeEach(async () => {
  store = curatedStore(freshStore());
  await importFrom(drawClasses(temporaryFolder(), { cats: 30, dogs: 20, owls: 10 }), store, { name: 'Pets', splitSeed: 3 });
});

/** Everything visible of a data set except its history. */
const stateOf = (): unknown => ({
  summary: store.datasets.get(dataset),
  listed: store.datasets.list(),
  images: store.datasets.images(dataset),
  all: store.browse.all(dataset),
  counts: store.browse.counts(dataset),
  pairs: SPLITS.map((split) => pairsIn(store, dataset, split)),
});

const ids = fc.uniqueArray(fc.integer({ min: 0, max: N - 1 }), { minLength: 1, maxLength: 25 });
const anEdit: fc.Arbitrary<CurationEdit> = fc.oneof(
  ids.map((list): CurationEdit => ({ kind: 'exclude', ids: list })),
  ids.map((list): CurationEdit => ({ kind: 'include', ids: list })),
  fc
    .tuple(ids, fc.constantFrom('cats', 'dogs', 'owls', '<b>new</b>', '__proto__'))
    .map(([list, className]): CurationEdit => ({ kind: 'relabel', ids: list, className })),
  fc.tuple(ids, fc.constantFrom('blurry', 'ask Jo')).map(([list, tag]): CurationEdit => ({ kind: 'tag', ids: list, tag })),
  fc.tuple(ids, fc.constantFrom('blurry', 'ask Jo')).map(([list, tag]): CurationEdit => ({ kind: 'untag', ids: list, tag })),
);

/** A plain-object model of the same edits. */
interface Plain {
  className: string;
  excluded: boolean;
  tags: Set<string>;
}
function applyTo(images: Plain[], edit: CurationEdit): void {
  for (const id of edit.ids) {
    const image = images[id]!;
    if (edit.kind === 'exclude') image.excluded = true;
    else if (edit.kind === 'include') image.excluded = false;
    else if (edit.kind === 'relabel') image.className = edit.className;
    else if (edit.kind === 'tag') image.tags.add(edit.tag);
    else image.tags.delete(edit.tag);
  }
}

test('without an edit everything is as imported', () => {
  const images = store.datasets.images(dataset);
  const { snapshot, pairs } = store.datasets.get(dataset);
  expect(snapshot).toBe(snapshotOf(images));
  for (const split of EVALUATED) expect(pairsIn(store, dataset, split)).toHaveLength(pairs[split]);
});

describe('any edits, one after another', () => {
  test('match a plain-object model, and undoing them returns through every state to the import', () => {
    fc.assert(
      fc.property(fc.array(anEdit, { minLength: 1, maxLength: 8 }), (edits) => {
        const imported = stateOf();
        const plain = store.browse.all(dataset).map(({ className }): Plain => ({ className, excluded: false, tags: new Set() }));
        const states: unknown[] = [];
        let done = 0;
        for (const edit of edits) {
          const before = stateOf();
          const { edits: active } = store.curation.apply(dataset, edit);
          if (active > done) states.push(before);
          else expect(stateOf()).toEqual(before); // nothing changed, so there is nothing to undo
          done = active;
          applyTo(plain, edit);
        }
        const last = stateOf();
        expect(store.browse.all(dataset).map(({ className, excluded, tags }) => ({ className, excluded, tags }))).toEqual(
          plain.map(({ tags, ...image }) => ({ ...image, tags: [...tags].sort() })),
        );
        for (const state of [...states].reverse()) {
          undoLast(store, dataset);
          expect(stateOf()).toEqual(state);
        }
        expect(stateOf()).toEqual(imported);
        expect(store.curation.state(dataset).canUndo).toBeNull();
        for (const _ of states) redoNext(store, dataset);
        expect(stateOf()).toEqual(last);
        for (const _ of states) undoLast(store, dataset);
      }),
      { numRuns: 40 },
    );
  });

  test('images, classes, counts, pairs and snapshot follow from the marks', () => {
    fc.assert(
      fc.property(fc.array(anEdit, { minLength: 1, maxLength: 5 }), (edits) => {
        const importedSplits = new Map(store.browse.all(dataset).map(({ id, split }) => [id, split]));
        for (const edit of edits) store.curation.apply(dataset, edit);
        const images = store.datasets.images(dataset);
        const summary = store.datasets.get(dataset);
        const all = store.browse.all(dataset);
        expect(images.map(({ id, className }) => [id, className])).toEqual(
          all.filter((i) => !i.excluded).map(({ id, className }) => [id, className]),
        );
        expect(images.every(({ id, split }) => importedSplits.get(id) === split)).toBe(true);
        expect(summary.images).toBe(images.length);
        expect(summary.snapshot).toBe(snapshotOf(images));
        const counts = store.browse.counts(dataset);
        expect(counts.included + counts.excluded).toBe(N);
        for (const { className, included } of counts.classes)
          expect(Object.entries(summary.classes).find(([name]) => name === className)?.[1] ?? 0).toBe(included);
        const splitOf = new Map(images.map(({ id, split }) => [id, split]));
        for (const split of EVALUATED) {
          const pairs = pairsIn(store, dataset, split);
          expect(pairs).toHaveLength(summary.pairs[split]);
          for (const { a, b } of pairs) expect([splitOf.get(a), splitOf.get(b)]).toEqual([split, split]);
        }
        while (store.curation.state(dataset).canUndo) undoLast(store, dataset);
      }),
      { numRuns: 40 },
    );
  });
});

test('an edit after an undo drops the redo steps, and the history keeps all entries', () => {
  store.curation.apply(dataset, { kind: 'exclude', ids: [0, 1, 2] });
  store.curation.apply(dataset, { kind: 'tag', ids: [5], tag: 'blurry' });
  const undone = undoLast(store, dataset);
  expect(undone).toMatchObject({ canUndo: 'Excluded 3 images', canRedo: 'Tagged 1 image "blurry"', edits: 1 });
  const after = store.curation.apply(dataset, { kind: 'relabel', ids: [7, 8], className: 'foxes' });
  expect(after).toMatchObject({ canUndo: 'Relabelled 2 images as "foxes"', canRedo: null, edits: 2 });
  expect(() => redoNext(store, dataset)).toThrow(/nothing to redo/);
  const history = store.curation.history(dataset);
  expect(history.map(({ position, text, undone: isUndone }) => [position, text, isUndone])).toEqual([
    [3, 'Relabelled 2 images as "foxes"', false],
    [2, 'Tagged 1 image "blurry"', true],
    [1, 'Excluded 3 images', false],
  ]);
  expect(history[1]!.undoneMs).toBeGreaterThanOrEqual(history[1]!.atMs);
  expect(store.curation.imagesOf(dataset, 3)).toEqual([7, 8]);
});

test('marks, history and undo steps survive a restart; a reader samples the same pairs', async () => {
  const workspace = workspaceAt(temporaryFolder());
  const folder = drawClasses(temporaryFolder(), { a: 30, b: 30 });
  const first = curatedStore(openStore(workspace, { write: true, command: 'first' }));
  await importFrom(folder, first, { name: 'shells' });
  first.curation.apply('shells', { kind: 'exclude', ids: [3, 4] });
  first.curation.apply('shells', { kind: 'relabel', ids: [10], className: 'b' });
  undoLast(first, 'shells');
  first.close();
  const reader = curatedStore(openStore(workspace, { write: false, command: 'reader' }));
  const sampled = SPLITS.map((split) => pairsIn(reader, 'shells', split));
  const summary = reader.datasets.get('shells');
  expect(reader.curation.state('shells')).toEqual({
    dataset: 'shells',
    canUndo: 'Excluded 2 images',
    canRedo: 'Relabelled 1 image as "b"',
    edits: 1,
    undoPosition: 1,
    redoPosition: 2,
  });
  reader.close();
  const second = curatedStore(openStore(workspace, { write: true, command: 'second' }));
  expect(second.datasets.get('shells')).toEqual(summary);
  expect(SPLITS.map((split) => pairsIn(second, 'shells', split))).toEqual(sampled);
  second.close();
});

test('two windows can’t undo each other’s work: a step that is no longer the last is refused, and nothing changes', () => {
  const { undoPosition: mine } = store.curation.apply(dataset, { kind: 'exclude', ids: [0, 1, 2] });
  const { undoPosition: theirs } = store.curation.apply(dataset, { kind: 'tag', ids: [5], tag: 'blurry' }); // in another window
  const before = [store.curation.history(dataset), stateOf()];
  const words = 'Another window has changed this data set since, so nothing was undone. The next step to undo is now: Tagged 1 image "blurry".';
  expect(() => store.curation.undo(dataset, mine!)).toThrow(expect.objectContaining({ code: 'bad-request', message: words }) as Error);
  expect([store.curation.history(dataset), stateOf()]).toEqual(before);
  store.curation.undo(dataset, theirs!);
  const { redoPosition } = store.curation.undo(dataset, mine!);
  expect(redoPosition).toBe(mine);
  expect(() => store.curation.redo(dataset, theirs!)).toThrow(/nothing was redone. The next step to redo is now: Excluded 3 images/);
  store.curation.redo(dataset, mine!);
  expect(store.curation.redo(dataset, theirs!)).toMatchObject({ edits: 2, redoPosition: null });
  expect([stateOf()]).toEqual([before[1]]);
});

test('unknown images are refused, and nothing changes', () => {
  const before = stateOf();
  expect(() => store.curation.apply(dataset, { kind: 'exclude', ids: [1, N] })).toThrow(expect.objectContaining({ code: 'not-found' }) as Error);
  expect(stateOf()).toEqual(before);
  expect(store.curation.history(dataset)).toEqual([]);
  expect(() => undoLast(store, dataset)).toThrow(/nothing to undo/);
});

describe('a data set that curation made unusable has the reason', () => {
  const idsOf = (...names: string[]): number[] =>
    store.browse
      .all(dataset)
      .filter((i) => names.includes(i.className))
      .map(({ id }) => id);
  test('one class left', () => {
    expect(whyUntrainable(store.datasets.get(dataset))).toBeNull();
    store.curation.apply(dataset, { kind: 'exclude', ids: idsOf('dogs', 'owls') });
    const summary = store.datasets.get(dataset);
    expect(summary.warnings[0]).toMatch(/All 30 remaining images are of one class, "cats": pairs need at least two/);
    expect(whyUntrainable(summary)).toBe(summary.warnings[0]);
    expect(SPLITS.map((split) => pairsIn(store, dataset, split))).toEqual([[], [], []]);
  });
  test('a class down to one image', () => {
    store.curation.apply(dataset, { kind: 'exclude', ids: idsOf('owls').slice(1) });
    expect(store.datasets.get(dataset).warnings.join()).toMatch(/One class has a single image.*"owls"/);
    expect(whyUntrainable(store.datasets.get(dataset))).toBeNull();
  });
  test('the images that a warning speaks of', () => {
    for (let id = 1; id < 30; id++) store.curation.apply(dataset, { kind: 'exclude', ids: [id] });
    const { warnings } = store.datasets.get(dataset);
    const found = imagesOfWarnings(store, dataset);
    expect(found.every(({ text }) => warnings.includes(text))).toBe(true);
    expect(found.find(({ text }) => text.startsWith('One class has a single image'))!.ids).toEqual([0]);
  });

  test('nothing left', () => {
    store.curation.apply(dataset, { kind: 'exclude', ids: idsOf('cats', 'dogs', 'owls') });
    expect(whyUntrainable(store.datasets.get(dataset))).toMatch(/All images are excluded/);
  });
});

describe('removing from the list', () => {
  test('hides a data set until it is restored; its name is free for another import meanwhile', async () => {
    const { root } = store.datasets.get(dataset);
    store.datasets.remove(dataset);
    expect(store.datasets.list()).toEqual([]);
    const again = await importFrom(root, store, { name: 'Pets', splitSeed: 3 });
    expect(again.dataset).toBe('pets-2');
    expect(store.datasets.get('Pets').dataset).toBe('pets-2');
    store.datasets.restore(dataset);
    expect(store.datasets.list().map(({ dataset }) => dataset)).toEqual(['pets-2', 'pets']);
  });

  test('deletes it at the next start unless a run was trained on it', async () => {
    const workspace = workspaceAt(temporaryFolder());
    const folder = drawClasses(temporaryFolder(), { a: 8, b: 8 });
    const first = curatedStore(openStore(workspace, { write: true, command: 'first' }));
    for (const name of ['unused', 'used', 'shells']) await importFrom(folder, first, { name });
    first.curation.apply('unused', { kind: 'tag', ids: [1], tag: 'x' });
    const { snapshot } = first.datasets.get('used');
    first.runs.create({ dataset: 'used', snapshot, config: someConfig, versions: {} });
    first.datasets.remove('unused');
    first.datasets.remove('used');
    first.close();
    const second = curatedStore(openStore(workspace, { write: true, command: 'second' }));
    expect(second.datasets.list().map(({ dataset }) => dataset)).toEqual(['shells']);
    expect(second.datasets.get('used').images).toBe(16);
    expect(() => second.datasets.get('unused')).toThrow(/no data set "unused"/);
    expect((await importFrom(folder, second, { name: 'unused' })).images).toBe(16);
    second.close();
  });
});

test('list returns a quick summary of a large edited data set, get the full one', () => {
  const images = Array.from({ length: 20_100 }, (_, id) => image(id, id < 10_000 ? 'a' : 'b', { split: id % 5 === 0 ? 'valid' : 'train' }));
  store.datasets.insert({ ...someDataset({ name: 'large', images, warnings: ['Imported.'] }), pairs: countPairs(images, 0) });
  store.curation.apply('large', { kind: 'exclude', ids: [0, 1, 10_050] });
  const listed = store.datasets.list().find(({ dataset }) => dataset === 'large')!;
  expect(listed).toMatchObject({ images: 20_097, classes: { a: 9_998, b: 10_099 }, snapshot: '', warnings: ['Imported.'] });
  const whole = store.datasets.get('large');
  expect({ images: whole.images, classes: whole.classes, splits: whole.splits }).toEqual({
    images: listed.images,
    classes: listed.classes,
    splits: listed.splits,
  });
  expect(whole.snapshot).toBe(snapshotOf(store.datasets.images('large')));
  expect(store.datasets.list().find(({ dataset }) => dataset === 'large')).toEqual(whole); // cached now
});
