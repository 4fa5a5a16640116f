import { expect, test } from 'vitest';
import type { EmbeddedSet } from '../../../src/main/compute/protocol/embeddings.ts';
import { checkLabels } from '../../../src/main/compute/wrong-labels/check-labels.ts';
import { curatedStore } from '../../../src/main/features/dataset/curated.ts';
import { allRows } from '../../../src/main/features/dataset/rows.ts';
import { duplicateLinks } from '../../../src/main/features/wrong-labels/duplicate-links.ts';
import { LabelChecks } from '../../../src/main/features/wrong-labels/label-checks.ts';
import type { DuplicatePairs } from '../../../src/shared/duplicates.ts';
import { randomFor } from '../../../src/shared/random.ts';
import { embeddedPoints, sha256 } from '../../compute/wrong-labels/embedded-points.ts';
import { freshWorkspace, storeAt, undoLast } from '../../db/kit.ts';
import { someDataset } from '../../db/records.ts';
import { image } from '../dataset/images.ts';

const SOURCE = { encoder: 'mobilenet_v2_035', weights: 'imagenet' };
const random = randomFor(1, 'label checks');

/** 40 images of two classes apart; image 6, which is given as a, lies among those of b, and image 25, given as b, among a. */
async function opened() {
  const store = curatedStore(storeAt(freshWorkspace()));
  const images = Array.from({ length: 40 }, (_, i) => image(i, i < 20 ? 'a' : 'b', { sha256: sha256(`file ${i}`), content: sha256(`image ${i}`) }));
  const { dataset } = store.datasets.insert(someDataset({ images }));
  const isB = (i: number): boolean => (i === 6 || i === 25 ? i < 20 : i >= 20);
  const request = await embeddedPoints(
    images.map((_, i) => Array.from({ length: 5 }, (_axis, c) => 0.2 * random.normal() + Number(c === Number(isB(i))))),
  );
  const set = { key: 'k1', dataset, ids: Int32Array.from(images, ({ id }) => id), request } as unknown as EmbeddedSet;
  const labels = new LabelChecks({
    checks: store.labelChecks,
    datasets: store.datasets,
    images: store.browse,
    allImages: () => Promise.resolve(allRows(store, dataset)),
    embeddings: { ensure: () => Promise.resolve(set), find: () => Promise.resolve(set) },
    duplicates: () => Promise.resolve(null),
    compute: {
      ask: (_name: unknown, args: never, { signal }: { signal: AbortSignal }) => checkLabels(args, { signal, progress: () => undefined } as never),
    } as never,
  });
  const check = () => labels.check(dataset, SOURCE, { signal: new AbortController().signal });
  const likely = async () => (await labels.answer(dataset, SOURCE))!.lists.likely.map(({ image: { id }, state }) => [id, state]);
  return { store, dataset, labels, set, check, likely };
}

test('a repaired image stays in the list as done, and is open again after undo', async () => {
  const { store, dataset, labels, check, likely } = await opened();
  expect(await labels.answer(dataset, SOURCE)).toBeNull();
  await check();
  expect((await likely()).toSorted()).toEqual([
    [25, 'open'],
    [6, 'open'],
  ]);
  expect(await labels.answer(dataset, SOURCE)).toMatchObject({ stale: false, likelyCount: 2, rightCount: 0 });
  store.curation.apply(dataset, { kind: 'relabel', ids: [6], className: 'b' });
  store.curation.apply(dataset, { kind: 'exclude', ids: [25] });
  expect(new Map((await likely()) as [number, string][])).toEqual(
    new Map([
      [6, 'relabelled'],
      [25, 'excluded'],
    ]),
  );
  expect((await labels.answer(dataset, SOURCE))!.stale).toBe(true);
  undoLast(store, dataset);
  expect((await likely()).find(([id]) => id === 25)).toEqual([25, 'open']);
  await check(); // image 6 is of class b now
  expect(await likely()).toEqual([[25, 'open']]);
});

test('a label that is said to be right is not proposed again, by other features either', async () => {
  const { dataset, labels, set, check, likely } = await opened();
  expect(() => labels.confirm(dataset, SOURCE, [6], true)).toThrow(/have not been checked/);
  await check();
  labels.confirm(dataset, SOURCE, [6], true);
  await check();
  expect((await likely()).find(([id]) => id === 6)).toEqual([6, 'right']);
  expect(await labels.answer(dataset, SOURCE)).toMatchObject({ likelyCount: 2, rightCount: 1 });
  labels.confirm(dataset, SOURCE, [6], false); // undo
  expect((await likely()).find(([id]) => id === 6)).toEqual([6, 'open']);
  labels.confirm(dataset, SOURCE, [6], true);
  set.key = 'k2';
  expect((await labels.answer(dataset, SOURCE))!.stale).toBe(true);
  await check();
  expect((await likely()).find(([id]) => id === 6)).toEqual([6, 'right']);
  expect(() => labels.confirm(dataset, SOURCE, [400], true)).toThrow(/not part of the check/);
});

test('the table has all images, the lists the largest values first', async () => {
  const { dataset, labels, check } = await opened();
  await check();
  const rows = labels.table(dataset, SOURCE);
  expect(rows.map(({ image: { id } }) => id)).toEqual(Array.from({ length: 40 }, (_, i) => i));
  expect(rows.filter(({ likely }) => likely).map(({ image: { id }, given, suggested }) => [id, given, suggested])).toEqual([
    [6, 'a', 'b'],
    [25, 'b', 'a'],
  ]);
  const { lists } = (await labels.answer(dataset, SOURCE))!;
  expect(lists.outliers.map(({ score }) => score)).toEqual(rows.map(({ outlier }) => outlier).toSorted((a, b) => b - a));
  expect(lists.untypical).toHaveLength(24); // 12 of each class
  expect(lists.untypical[0]!.image.id).toBe(6);
  expect(lists.untypical[12]!.image.id).toBe(25);
});

test('duplicates are linked at the default score unless a person rejected them', () => {
  const column = (...values: number[]) => Int32Array.from(values);
  const pairs = { a: column(1, 1, 4), b: column(2, 3, 5), score: Float32Array.of(0.95, 0.85, 1) } as unknown as DuplicatePairs;
  expect(duplicateLinks(pairs, [])).toEqual(column(1, 2, 4, 5));
  expect(duplicateLinks(pairs, [[4, 5]])).toEqual(column(1, 2));
});
