import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { useGivenSplit } from '../../../src/main/features/dataset/given-split.ts';
import { mergeLookAlikes } from '../../../src/main/features/dataset/merge-look-alikes.ts';
import { previewFolder } from '../../../src/main/features/dataset/preview.ts';
import type { Split } from '../../../src/shared/dataset.ts';
import { lookAlikes } from '../../../src/shared/class-names.ts';
import { undoLast } from '../../db/kit.ts';
import { image } from './images.ts';
import { freshStore, importFrom } from './import-helpers.ts';
import { drawFiles, temporaryFolder } from './png-files.ts';

/** Different images in folders: path -> count. */
function draw(counts: Record<string, number>): string {
  let n = 0;
  const files = Object.entries(counts).flatMap(([path, count]) => Array.from({ length: count }, (_, i) => [`${path}/${n}-${i}.png`, n++] as const));
  return drawFiles(temporaryFolder(), Object.fromEntries(files));
}

/** The split's folders, each with two classes. */
const inBoth = (folders: Record<string, number>): Record<string, number> =>
  Object.fromEntries(Object.entries(folders).flatMap(([folder, n]) => ['Rose', 'Tulip'].map((name) => [`${folder}/${name}`, n])));

describe('folders of a split', () => {
  test.each([
    ['train', 'val', 'test'],
    ['Train', 'Valid', 'Test'],
    ['training', 'validation', 'testing'],
  ])('%s, %s and %s above the classes are the split', async (train, valid, held) => {
    const store = freshStore();
    const summary = await importFrom(draw(inBoth({ [train]: 8, [valid]: 3, [held]: 4 })), store);
    expect(summary.classes).toEqual({ Rose: 15, Tulip: 15 });
    expect(summary.splits).toEqual({ train: 16, valid: 6, test: 8 });
    expect(summary.warnings).toEqual([`The folders "${train}", "${valid}", "${held}" are used as the split; the folders in them are the classes.`]);
    const folders: Record<Split, string> = { train, valid, test: held };
    for (const { file, split } of store.datasets.images(summary.dataset)) expect(file.split('/')[0]).toBe(folders[split]);
  });

  test('below the classes, too', async () => {
    const counts = Object.fromEntries(
      ['Rose', 'Tulip'].flatMap((name) => [
        [`${name}/train`, 8],
        [`${name}/val`, 3],
        [`${name}/test`, 4],
      ]),
    );
    const summary = await importFrom(draw(counts), freshStore());
    expect(summary).toMatchObject({ classes: { Rose: 15, Tulip: 15 }, splits: { train: 16, valid: 6, test: 8 } });
  });

  test('without a validation folder, 15 % of the training images become validation images; the test folder stays', async () => {
    const store = freshStore();
    const summary = await importFrom(draw(inBoth({ train: 20, test: 5 })), store);
    expect(summary.splits).toEqual({ train: 34, valid: 6, test: 10 });
    expect(summary.warnings.join()).toContain('There is no validation folder: 15 % of the training images');
    for (const { file, split } of store.datasets.images(summary.dataset)) expect(file.startsWith('test/')).toBe(split === 'test');
  });

  test('a new split of all images is a choice: the classes are the same', async () => {
    const folder = draw(inBoth({ train: 14, val: 3, test: 3 }));
    const store = freshStore();
    const given = await importFrom(folder, store);
    const newSplit = await importFrom(folder, store, { splits: 'new' });
    expect(newSplit).toMatchObject({ classes: given.classes, splits: { train: 28, valid: 6, test: 6 }, warnings: [] });
    expect(newSplit.dataset).not.toBe(given.dataset);
  });

  test('files beside the class folders are rejected', async () => {
    const folder = draw(inBoth({ train: 8, val: 3 }));
    drawFiles(folder, { 'train/loose.png': 900 });
    expect((await importFrom(folder, freshStore())).rejected).toEqual([{ file: 'train/loose.png', reason: 'not inside a class folder' }]);
  });

  test.each<[string, Record<string, number>, string]>([
    ['only some folders', { 'train/a': 5, 'train/b': 5, other: 20 }, 'imported as a class: "train"'],
    ['no class folders in them', { train: 20, test: 20 }, 'imported as classes: "test", "train"'],
    ['no training folder', { 'val/a': 9, 'val/b': 9, 'test/a': 9, 'test/b': 9 }, 'imported as classes: "test", "val"'],
  ])('%s: the folders are classes, with a warning', async (_, counts, words) => {
    const { classes, warnings } = await importFrom(draw(counts), freshStore());
    expect(Object.keys(classes).sort()).toEqual([...new Set(Object.keys(counts).map((path) => path.split('/')[0]))].sort());
    expect(warnings.join('\n')).toContain(words);
  });

  test('copies and subjects in several folders go to the first of training, validation and test', () => {
    const images = [
      image(0, 'a', { sha256: 'x' }),
      image(1, 'a', { sha256: 'x' }),
      image(2, 'b', { group: 's' }),
      image(3, 'b', { group: 's' }),
      image(4, 'b'),
      image(5, 'a'),
    ];
    const { splits, notes } = useGivenSplit(images, ['test', 'train', 'test', 'valid', 'test', 'train'], 0);
    expect(splits).toEqual(['train', 'train', 'valid', 'valid', 'test', 'train']);
    expect(notes).toEqual([expect.stringMatching(/^2 images were moved to another split than their folder’s, because a copy or the same subject/)]);
  });

  test('the preview counts them, and says what the choice means', async () => {
    const folder = draw(inBoth({ train: 8, val: 3, test: 4 }));
    const preview = await previewFolder({ folder });
    expect(preview).toMatchObject({
      classes: [
        { className: 'Rose', files: 15 },
        { className: 'Tulip', files: 15 },
      ],
      split: { folders: ['train', 'val', 'test'], files: { train: 16, valid: 6, test: 8 } },
      notes: [expect.stringContaining('are used as the split')],
      problem: null,
    });
    expect(await previewFolder({ folder, splits: 'new' })).toMatchObject({ split: preview.split, notes: [] });
  });
});

describe('subjects by folder', () => {
  const counts = Object.fromEntries(
    ['benign', 'malignant'].flatMap((name, c) => Array.from({ length: 12 }, (_, i) => [`${name}/patient${100 * c + i}`, 5])),
  );
  const pattern = '^[^/]+/([^/]+)/';

  test('a pattern with a / is matched against the path', async () => {
    const store = freshStore();
    const folder = draw(counts);
    const summary = await importFrom(folder, store, { groupBy: pattern });
    expect(summary).toMatchObject({ groups: 24, warnings: [] });
    for (const images of Map.groupBy(store.datasets.images(summary.dataset), ({ file }) => file.split('/')[1]).values()) {
      expect(new Set(images.map(({ group }) => group)).size).toBe(1);
      expect(new Set(images.map(({ split }) => split)).size).toBe(1);
    }
    const preview = await previewFolder({ folder, groupBy: pattern });
    expect(preview).toMatchObject({ groups: { count: 24, unmatched: 0 }, notes: [], problem: null });
    expect(preview.groups!.examples[0]).toMatchObject({
      subject: 'patient0',
      files: [expect.stringMatching(/^benign\/patient0\//), expect.anything(), expect.anything(), expect.anything()],
    });
  });

  test('a split’s folder is not part of the path', async () => {
    const folder = draw({ 'train/a/p1': 5, 'train/b/p2': 5, 'val/a/p3': 3, 'val/b/p4': 3 });
    expect((await importFrom(folder, freshStore(), { groupBy: pattern })).groups).toBe(4);
  });

  test('folders in class folders are named: subjects, or separate data sets', async () => {
    const { notes } = await previewFolder({ folder: draw({ 'flowers/rose': 5, 'flowers/tulip': 5, 'skin/benign': 5, 'skin/malignant': 5 }) });
    expect(notes).toEqual([
      'The class folders contain folders ("flowers" 2, "skin" 2). If each shows one subject, group the images by these folders. If "flowers" is a separate data set, import it alone.',
    ]);
    expect((await importFrom(draw(counts), freshStore())).warnings[0]).toContain('The class folders contain folders ("benign" 12, "malignant" 12)');
  });
});

describe('another folder is meant', () => {
  test('an archive unpacked into itself, at any depth', async () => {
    for (const path of ['flowers', 'flowers/flowers']) {
      const folder = draw({ [`${path}/Rose`]: 4, [`${path}/Tulip`]: 4 });
      const inner = join(folder, ...path.split('/'));
      const preview = await previewFolder({ folder });
      expect(preview.suggestion).toBe(inner);
      expect(preview.problem).toContain('are in one folder, which contains 2 folders with images. Choose that one');
      await expect(importFrom(folder, freshStore())).rejects.toMatchObject({ code: 'bad-dataset', message: preview.problem });
      expect(await previewFolder({ folder: inner })).toMatchObject({ problem: null, suggestion: null });
    }
  });

  test('a folder of images only is one class to sort, or a class of the folder above it', async () => {
    const parent = draw({ Rose: 4, Tulip: 4 });
    const preview = await previewFolder({ folder: join(parent, 'Rose') });
    expect(preview).toMatchObject({ suggestion: parent, problem: null, classes: [{ className: 'unsorted', files: 4 }] });
    expect(preview.notes).toEqual([expect.stringMatching(/^The 4 images are not in class folders\. Import them as one class, "unsorted"/)]);
  });

  test('one class folder, and an empty folder', async () => {
    expect((await previewFolder({ folder: draw({ Rose: 4 }) })).problem).toMatch(
      /^Only one folder here holds images, "Rose", but at least two classes/,
    );
    expect((await previewFolder({ folder: temporaryFolder() })).problem).toContain('is empty');
  });
});

describe('class names that look alike', () => {
  const [composed, decomposed] = ['Épinette'.normalize('NFC'), 'Épinette'.normalize('NFD')] as const;

  test('are grouped without case, spaces and the composition of accents', () => {
    expect(lookAlikes([composed, decomposed, 'Oak', 'oak', 'Oak ', 'Red oak', 'red_oak', 'Pine', '1', '11'])).toEqual([
      [composed, decomposed],
      ['Oak', 'oak', 'Oak '],
      ['Red oak', 'red_oak'],
    ]);
  });

  test.skipIf(process.platform !== 'linux')('are warned of, before and after an import', async () => {
    const folder = draw({ Oak: 14, oak: 14, Pine: 14 });
    const words = 'Classes whose names look alike count as different: "Oak" and "oak".';
    expect((await previewFolder({ folder })).notes).toEqual([expect.stringContaining(words)]);
    const store = freshStore();
    const { dataset, warnings } = await importFrom(folder, store);
    expect(warnings).toEqual([expect.stringContaining(words)]);
    const ids = store.datasets.images(dataset).flatMap(({ id, className }) => (className === 'oak' ? [id] : []));
    store.curation.apply(dataset, { kind: 'relabel', ids, className: 'Oak' });
    expect(store.browse.counts(dataset).classes.map(({ className, included }) => [className, included])).toEqual([
      ['Oak', 28],
      ['Pine', 14],
      ['oak', 0],
    ]);
  });

  test('are merged all at once or by name, each group by an edit that can be undone', async () => {
    const store = freshStore();
    const folder = draw({ 'Red oak': 15, red_oak: 14, Pine: 14, 'White fir': 14, 'white-fir': 16 });
    const { dataset } = await importFrom(folder, store);
    const counts = (): (string | number)[][] =>
      store.browse.counts(dataset).classes.flatMap(({ className, included }) => (included > 0 ? [[className, included]] : []));
    const before = counts();
    expect(() => mergeLookAlikes(store, dataset, ['Pine'])).toThrow('No two classes have a name that looks like "Pine".');
    expect(counts()).toEqual(before);
    expect(mergeLookAlikes(store, dataset, ['WHITE FIR'])).toEqual([{ into: 'white-fir', others: ['White fir'], images: 14 }]);
    expect(mergeLookAlikes(store, dataset)).toEqual([{ into: 'Red oak', others: ['red_oak'], images: 14 }]);
    expect(counts()).toEqual([
      ['Pine', 14],
      ['Red oak', 29],
      ['white-fir', 30],
    ]);
    expect(mergeLookAlikes(store, dataset)).toEqual([]);
    undoLast(store, dataset);
    undoLast(store, dataset);
    expect(counts()).toEqual(before);
  });
});
