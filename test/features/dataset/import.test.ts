import { createHash } from 'node:crypto';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ImportOptions } from '../../../src/main/features/dataset/import.ts';
import type { DatasetSummary } from '../../../src/shared/dataset.ts';
import { whyUntrainable } from '../../../src/main/features/training/untrainable.ts';
import { curatedStore } from '../../../src/main/features/dataset/curated.ts';
import { SPLITS } from '../../../src/shared/dataset.ts';
import { drawClasses, drawFiles, makePng, plainInspect, temporaryFolder } from './png-files.ts';
import { freshStore, importFrom } from './import-helpers.ts';
import { pairsIn } from './pairs.ts';

describe('importDataset', () => {
  test('stores images, splits and pairs as one data set', async () => {
    const folder = drawClasses(temporaryFolder(), { cats: 40, dogs: 20 });
    drawFiles(folder, { 'dogs/notes.txt': 'x', 'dogs/broken.png': 'not a png', 'loose.png': 7 });
    const store = freshStore();
    const progress: [number, number][] = [];
    const summary = await importFrom(folder, store, { name: 'Pets', onProgress: (done, total) => progress.push([done, total]) });
    expect(summary).toMatchObject({
      dataset: 'pets',
      name: 'Pets',
      root: folder,
      images: 60,
      classes: { cats: 40, dogs: 20 },
      splits: { train: 42, valid: 9, test: 9 },
      groups: null,
      warnings: [],
      rejected: [
        { file: 'dogs/broken.png', reason: 'it is no image' },
        { file: 'dogs/notes.txt', reason: 'not an image (.txt)' },
        { file: 'loose.png', reason: 'not inside a class folder' },
      ],
    });
    expect(progress.at(-1)).toEqual([61, 61]);
    expect(Math.abs(summary.createdMs - Date.now())).toBeLessThan(60_000);

    const images = store.datasets.images('pets');
    expect(images.map(({ id }) => id)).toEqual(images.map((_, i) => i));
    expect(images.map(({ file }) => file)).toEqual(images.map(({ file }) => file).sort());
    expect(images[0]).toMatchObject({ file: 'cats/0.png', className: 'cats', width: 3, height: 2, group: null });
    expect(images[0]!.sha256).toBe(createHash('sha256').update(makePng('0')).digest('hex'));

    for (const split of SPLITS) {
      const pairs = pairsIn(store, 'pets', split);
      if (split !== 'train') expect(pairs).toHaveLength(summary.pairs[split]);
      for (const { a, b, label } of pairs) {
        expect([images[a]!.split, images[b]!.split]).toEqual([split, split]); // no pair crosses splits
        expect(images[a]!.className === images[b]!.className).toBe(label === 0);
      }
    }
    expect(summary.pairs.train).toBe(2 * 42); // one round
  });

  test('stored pairs depend on the seed: equal in another workspace, different for another seed', async () => {
    const folder = drawClasses(temporaryFolder(), { a: 30, b: 30 });
    const [one, two] = [freshStore(), freshStore()];
    const first = await importFrom(folder, one);
    const again = await importFrom(folder, two);
    const other = await importFrom(folder, two, { splitSeed: 1 });
    expect(again.snapshot).toBe(first.snapshot);
    expect(other.snapshot).not.toBe(first.snapshot);
    expect(pairsIn(two, again.dataset, 'valid')).toEqual(pairsIn(one, first.dataset, 'valid'));
    expect(pairsIn(two, other.dataset, 'valid')).not.toEqual(pairsIn(one, first.dataset, 'valid'));
  });

  test('the snapshot is the SHA-256 over one JSON line per file', async () => {
    const folder = drawClasses(temporaryFolder(), { a: 3, b: 3 });
    const store = freshStore();
    const { dataset, snapshot } = await importFrom(folder, store);
    const lines = store.datasets.images(dataset).map((i) => JSON.stringify([i.file, i.sha256, i.className, i.split]));
    expect(snapshot).toBe(
      createHash('sha256')
        .update(`${lines.join('\n')}\n`)
        .digest('hex'),
    );
  });

  test('keeps siblings together and counts the subjects', async () => {
    const folder = temporaryFolder();
    const files = Array.from({ length: 120 }, (_, i) => [`${i % 2 ? 'kitchen' : 'bedroom'}/city_${Math.floor(i / 6)}_${i}.png`, i] as const);
    drawFiles(folder, Object.fromEntries(files));
    drawFiles(folder, { 'kitchen/unnumbered.png': 500 });
    const store = freshStore();
    const summary = await importFrom(folder, store, { groupBy: '^(.+)_\\d+\\.' });
    expect(summary.groups).toBe(21);
    expect(summary.warnings).toContain('1 image name does not match the group pattern and counts as its own subject: "kitchen/unnumbered.png".');
    const splitsOf = Map.groupBy(store.datasets.images(summary.dataset), ({ group }) => group);
    expect(splitsOf.size).toBe(21);
    for (const images of splitsOf.values()) expect(new Set(images.map(({ split }) => split)).size).toBe(1);
    expect(summary.splits.valid).toBeGreaterThan(0);
    expect(summary.splits.test).toBeGreaterThan(0);
  });

  test('importing an unchanged folder returns the stored data set with the current rejected files', async () => {
    const folder = drawClasses(temporaryFolder(), { a: 5, b: 5 });
    const store = freshStore();
    const first = await importFrom(folder, store);
    expect(await importFrom(`${folder}/`, store)).toEqual(first);
    drawFiles(folder, { 'a/stray.txt': 'x' });
    const noted = await importFrom(folder, store);
    expect(noted).toEqual({ ...first, rejected: [{ file: 'a/stray.txt', reason: 'not an image (.txt)' }] });
    expect(store.datasets.list()).toEqual([noted]);
  });

  test.each<[string, (folder: string) => Partial<ImportOptions>]>([
    ['another name', () => ({ name: 'other' })],
    ['another seed', () => ({ splitSeed: 9 })],
    ['a group pattern', () => ({ groupBy: '.*' })],
    [
      'a changed file',
      (folder) => {
        writeFileSync(join(folder, 'a', '0.png'), makePng('changed'));
        return {};
      },
    ],
    [
      'a deleted file',
      (folder) => {
        rmSync(join(folder, 'a', '0.png'));
        return {};
      },
    ],
  ])('%s creates another data set', async (_, change) => {
    const folder = drawClasses(temporaryFolder(), { a: 9, b: 9 });
    const store = freshStore();
    const first = await importFrom(folder, store);
    const second = await importFrom(folder, store, change(folder));
    expect(second.dataset).not.toBe(first.dataset);
    expect(store.datasets.list().map(({ dataset }) => dataset)).toEqual([second.dataset, first.dataset]);
    expect(store.datasets.get(first.dataset)).toEqual(first);
  });

  test('ids are slugs with a number if taken; a name finds its newest data set', async () => {
    const store = freshStore();
    const importNamed = (name: string, count: number): Promise<DatasetSummary> =>
      importFrom(drawClasses(temporaryFolder(), { a: count, b: 3 }), store, { name });
    expect((await importNamed('Fleurs d’été', 3)).dataset).toBe('fleurs-d-ete');
    expect((await importNamed('Fleurs d’été', 4)).dataset).toBe('fleurs-d-ete-2');
    expect((await importNamed('fleurs d ete 2', 5)).dataset).toBe('fleurs-d-ete-2-2');
    expect((await importNamed('花', 3)).dataset).toBe('dataset');
    expect((await importNamed('!!!', 3)).dataset).toBe('dataset-2');
    expect(store.datasets.get('Fleurs d’été').dataset).toBe('fleurs-d-ete-2');
    expect(store.datasets.get('fleurs-d-ete').classes).toEqual({ a: 3, b: 3 });
    expect(store.datasets.images('Fleurs d’été')).toHaveLength(7);
    expect((await importFrom(drawClasses(temporaryFolder(), { a: 3, b: 3 }), store)).name).toMatch(/^twinlens-test-/);
  });

  const hostile = [
    `it's "quoted"; DROP TABLE datasets; --`,
    'two\nlines\u0000and a NUL',
    '\u202ertl \u05d0\u05d1',
    'x'.repeat(200),
    '<img src=x onerror=alert(1)>',
    '../../etc',
    '__proto__',
    '\u001b[31mred',
  ];
  test.each(hostile)('the hostile name %j is stored unchanged', async (name) => {
    const store = freshStore();
    const summary = await importFrom(drawClasses(temporaryFolder(), { a: 3, b: 3 }), store, { name });
    expect(summary.name).toBe(name);
    expect(summary.dataset).toMatch(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
    expect(store.datasets.get(name)).toEqual(summary);
    expect(store.datasets.list()).toEqual([summary]);
  });

  test.skipIf(process.platform === 'win32')('hostile class names are counted, stored, and escaped in sentences', async () => {
    const names = [
      '__proto__',
      'constructor',
      '<img src=x onerror=alert(1)>',
      'two\nlines',
      '\u001b[31mred',
      '\u202ertl',
      `'; DROP TABLE images; --`,
      '$number',
    ];
    const folder = temporaryFolder();
    names.forEach((name, i) => drawFiles(folder, { [`${name}/a.png`]: i }));
    const store = freshStore();
    const summary = await importFrom(folder, store);
    expect(Object.entries(summary.classes).sort()).toEqual(names.map((name) => [name, 1]).sort());
    expect(new Set(store.datasets.images(summary.dataset).map(({ className }) => className))).toEqual(new Set(names));
    expect(summary.warnings.join('')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(summary.warnings.join('')).toContain('"\\u001b[31mred"');
  });

  test('a cancelled import stores nothing, whenever it is cancelled', async () => {
    const folder = drawClasses(temporaryFolder(), { a: 3, b: 3 });
    const store = freshStore();
    const early = importFrom(folder, store, { signal: AbortSignal.abort() });
    await expect(early).rejects.toMatchObject({ code: 'cancelled' });
    const meanwhile = new AbortController();
    const during = importFrom(folder, store, {
      signal: meanwhile.signal,
      inspect: (_files, { signal }) => {
        meanwhile.abort();
        return Promise.reject(signal!.reason as Error); // a DOMException, as fetch and streams give it
      },
    });
    await expect(during).rejects.toMatchObject({ code: 'cancelled' });
    const after = new AbortController();
    const late = importFrom(folder, store, {
      signal: after.signal,
      inspect: async (files, options) => {
        const answers = await plainInspect(files, options);
        after.abort();
        return answers;
      },
    });
    await expect(late).rejects.toMatchObject({ code: 'cancelled' });
    expect(store.datasets.list()).toEqual([]);
  });
});

describe('a folder that cannot be a data set', () => {
  const importError = async (
    files: Record<string, Buffer | string | number>,
    more: Partial<ImportOptions> = {},
  ): Promise<{ code: string; message: string }> => {
    const store = freshStore();
    const error = await importFrom(drawFiles(temporaryFolder(), files), store, more).then(
      () => ({ code: 'none', message: 'the import succeeded' }),
      (e: { code: string; message: string }) => e,
    );
    expect(store.datasets.list()).toEqual([]);
    return error;
  };

  test.each<[string, Record<string, Buffer | string | number>, string]>([
    ['empty', {}, 'is empty'],
    ['files without class folders that only look like images', { '1.png': 'broken', '2.png': 'broken' }, 'No image could be used'],
    ['only stray files', { 'a/notes.txt': 'x', '.DS_Store': 'x' }, 'No image was found'],
    ['one class', { 'a/1.png': 1, 'a/2.png': 2 }, 'All 2 usable images are of one class, "a"'],
    ['one class with usable images', { 'a/1.png': 1, 'a/2.png': 2, 'b/1.png': 'broken' }, '"b/1.png": it is no image'],
    ['one usable image', { 'a/1.png': 1, 'b/1.png': 'broken' }, 'Only one image could be used'],
    ['no usable image', { 'a/1.png': 'broken', 'b/1.png': 'broken' }, 'No image could be used'],
  ])('%s', async (_, files, words) => {
    const { code, message } = await importError(files);
    expect(code).toBe('bad-dataset');
    expect(message).toContain(words);
  });

  test('images without class folders are one class, which is sorted later; files of no image are rejected', async () => {
    const store = freshStore();
    const files = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`${i}.png`, i]));
    const summary = await importFrom(drawFiles(temporaryFolder(), { ...files, 'notes.txt': 'x', 'empty/notes.txt': 'x' }), store);
    expect(summary.classes).toEqual({ unsorted: 20 });
    expect(summary.splits).toEqual({ train: 14, valid: 3, test: 3 });
    expect(summary.rejected.map(({ file }) => file)).toEqual(['empty/notes.txt', 'notes.txt']);
    expect(summary.warnings[0]).toMatch(/^All 20 images are unsorted, so nothing can be trained yet: sort them into two classes or more\./);
    expect(whyUntrainable(summary)).toBe(summary.warnings[0]);

    const { datasets, curation } = curatedStore(store);
    const ids = Array.from({ length: 20 }, (_, id) => id);
    curation.apply(summary.dataset, { kind: 'relabel', ids: ids.filter((id) => id % 2 === 0), className: 'even' });
    curation.apply(summary.dataset, { kind: 'relabel', ids: ids.filter((id) => id % 2 === 1), className: 'odd' });
    const sorted = datasets.get(summary.dataset);
    expect(sorted.classes).toEqual({ even: 10, odd: 10 });
    expect(sorted.warnings.join()).not.toContain('unsorted');
    expect(datasets.list()[0]!.warnings).toEqual(sorted.warnings);
  });

  const two = { 'a/1.png': 1, 'b/1.png': 2 };
  test.each<[string, Partial<ImportOptions>]>([
    ['an invalid pattern', { groupBy: '(' }],
    ['a pattern that matches no file', { groupBy: '^zebra' }],
    ['an empty name', { name: ' ' }],
    ['a seed that is no whole number', { splitSeed: 0.5 }],
  ])('%s is wrong usage', async (_, more) => expect((await importError(two, more)).code).toBe('usage'));

  test('a missing folder is not found', async () => {
    await expect(importFrom(join(temporaryFolder(), 'nowhere'), freshStore())).rejects.toMatchObject({ code: 'not-found' });
  });
});

const photographs = resolve('..', 'shared', 'data');
describe.skipIf(!existsSync(photographs))('real photographs (skipped where ../shared/data is absent)', () => {
  test('flowers: four photos are filed under both Rose and Tulip', async () => {
    const store = freshStore();
    const summary = await importFrom(join(photographs, 'flowers'), store);
    expect(summary.classes).toEqual({ Daisy: 110, Dandelion: 110, Rose: 113, Sunflower: 110, Tulip: 114 });
    expect(summary.warnings).toHaveLength(1);
    expect(summary.warnings[0]).toMatch(
      /^4 images are filed under more than one class: "Rose\/15922772266_1167a06620.jpg" = "Tulip\/15922772266_1167a06620.jpg"/,
    );
    const images = store.datasets.images(summary.dataset);
    const twins = [...Map.groupBy(images, ({ sha256 }) => sha256).values()].filter(({ length }) => length > 1);
    expect(twins).toHaveLength(4);
    for (const pair of twins) expect(new Set(pair.map(({ split }) => split)).size).toBe(1);
    expect(summary.pairs.valid).toBeGreaterThan(900);
    expect(summary.pairs.test).toBeGreaterThan(900);
  });

  test('airbnb: no listing straddles splits', async () => {
    const store = freshStore();
    const summary = await importFrom(join(photographs, 'airbnb'), store, { groupBy: '^(.+)_\\d+\\.' });
    expect(Object.keys(summary.classes)).toHaveLength(13);
    expect(summary.groups).toBeLessThan(summary.images);
    const images = store.datasets.images(summary.dataset);
    for (const listing of Map.groupBy(images, ({ file }) => basename(file).replace(/_\d+\.jpg$/, '')).values()) {
      expect(new Set(listing.map(({ split }) => split)).size).toBe(1);
    }
    for (const split of ['valid', 'test'] as const) expect(Math.abs(summary.splits[split] / summary.images - 0.15)).toBeLessThan(0.03);
  });

  test('skin_cancer: names with spaces', async () => {
    const summary = await importFrom(join(photographs, 'skin_cancer'), freshStore());
    expect(summary).toMatchObject({ classes: { Benign: 160, Malignant: 160 }, splits: { train: 224, valid: 48, test: 48 }, rejected: [] });
  });
});
