import { describe, expect, test } from 'vitest';
import { NBSP } from '../../../src/shared/format.ts';
import { drawFiles, temporaryFolder } from './png-files.ts';
import { freshStore, importFrom } from './import-helpers.ts';

describe('warnings', () => {
  const warningsOf = async (files: Record<string, number>): Promise<string[]> =>
    (await importFrom(drawFiles(temporaryFolder(), files), freshStore())).warnings;
  const classes = (counts: Record<string, number>): Record<string, number> => {
    let n = 1000;
    return Object.fromEntries(Object.entries(counts).flatMap(([name, count]) => Array.from({ length: count }, (_, i) => [`${name}/${i}.png`, n++])));
  };

  test('none for a sound data set', async () => expect(await warningsOf(classes({ a: 20, b: 20 }))).toEqual([]));

  test('classes with one image, and classes that lack a pair in a split', async () => {
    const warnings = await warningsOf(classes({ a: 20, b: 20, lone: 1, few: 4 }));
    expect(warnings).toContain('One class has a single image, which only forms pairs with other classes: "lone".');
    expect(warnings).toContain(`Among the validation images one class can't form a pair of the same class: "few".`);
    expect(warnings).toContain(`Among the test images one class can't form a pair of the same class: "few".`);
  });

  test('many small classes: each split has its own, and only that is said', async () => {
    const files = classes(Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`c${i}`, 6])));
    expect(await warningsOf(files)).toEqual([
      expect.stringMatching(/^Each split has different classes \(training 21, validation [45], test [45]\): the metrics say how well /),
    ]);
  });

  test('strong imbalance, above a factor of ten', async () => {
    const word = 'Unbalanced: "a" 61, "b" 6.';
    expect((await warningsOf(classes({ a: 61, b: 6 }))).join()).toContain(word);
    expect((await warningsOf(classes({ a: 60, b: 6 }))).join()).not.toContain('Unbalanced');
  });

  test('one class that dominates, of three or more', async () => {
    const word = 'One class dominates: "a" has 60 % of the images';
    const text = async (counts: Record<string, number>): Promise<string> => (await warningsOf(classes(counts))).join().replaceAll(NBSP, ' ');
    expect(await text({ a: 48, b: 16, c: 16 })).toContain(word);
    expect(await text({ a: 30, b: 16, c: 16 })).not.toContain('dominates');
    expect(await text({ a: 48, b: 16 })).not.toContain('dominates');
  });

  test('near names in several splits, unless groups are given', async () => {
    let n = 1000;
    const files = Object.fromEntries(
      ['a', 'b'].flatMap((name) => Array.from({ length: 30 }, (_, i) => [`${name}/scan${i >> 1}_${i % 2 ? 'left' : 'right'}.png`, n++])),
    );
    const sibling = (warnings: string[]): string | undefined => warnings.find((text) => text.includes('divided among splits'));
    const found = sibling(await warningsOf(files));
    expect(found).toMatch(
      /^\d+ sets of images with nearly the same name are divided among splits, with \d+ test images, such as "[ab]\/scan\d+_\w+\.png" \(test\) and /,
    );
    const folder = drawFiles(temporaryFolder(), files);
    expect(sibling((await importFrom(folder, freshStore(), { groupBy: '^(scan\\d+)' })).warnings)).toBeUndefined();
  });

  test('contents in two classes, five of them by name', async () => {
    const shared = Object.fromEntries(
      Array.from({ length: 7 }, (_, i) => [`s${i}.png`, i] as const).flatMap(([name, i]) => [
        [`a/${name}`, i],
        [`b/${name}`, i],
      ]),
    );
    const warnings = await warningsOf({ ...classes({ a: 20, b: 20 }), ...shared });
    const warning = warnings.find((w) => w.includes('more than one class'))!;
    expect(warning).toMatch(/^7 images are filed under more than one class: "a\/s0.png" = "b\/s0.png", .*"a\/s4.png" = "b\/s4.png" and 2 more\. /);
    expect(warning).toMatch(/counts in each of its classes: it may show both, or one class is wrong\.$/); // the words of Compare
  });

  test('duplicates within a class', async () => {
    const warnings = await warningsOf({ ...classes({ a: 20, b: 20 }), 'a/x.png': 1, 'a/y.png': 1 });
    expect(warnings).toEqual([
      'One image is stored more than once within a class: "a/x.png" = "a/y.png". They stay together in one split and are never paired with each other.',
    ]);
  });

  test('splits without any pair, and folders without a usable image', async () => {
    const folder = drawFiles(temporaryFolder(), { 'a/1.png': 1, 'b/1.png': 2, 'c/notes.txt': 'x' });
    const { warnings } = await importFrom(folder, freshStore());
    expect(warnings).toContain(
      'No pairs can be formed among the training images, so nothing can be trained: import two classes of at least 6 different images each, or 6 classes of 2.',
    );
    expect(warnings).toContain(
      'No pairs can be formed among the test images, so that split can’t be evaluated: import two classes of at least 6 different images each, or 6 classes of 2.',
    );
    expect(warnings).toContain('One folder contains no usable image and did not become a class: "c".');
  });
});
