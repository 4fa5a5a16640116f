import { describe, expect, test } from 'vitest';
import { factsOf, sampleBitsOf } from '../../../src/main/features/dataset/sample-bits.ts';
import { freshStore, importFrom } from './import-helpers.ts';
import { drawFiles, plainInspect, temporaryFolder } from './png-files.ts';

describe('sampleBitsOf', () => {
  test.each([
    ['no 16-bit file', [null, undefined], null],
    ['a 12-bit camera', [4095, 1200, null], 12],
    ['a 12-bit camera, no image with white', [3100, 900], 12],
    ['a 10-bit scanner', [1023], 10],
    ['a 14-bit camera', [16383, 300], 14],
    ['one image with more bits decides for all', [4095, 60000], null],
    ['all 16 bits', [65535], null],
  ])('%s', (_, maxSamples, bits) => {
    expect(sampleBitsOf(maxSamples)).toBe(bits);
  });
});

test('only an image whose range the data set decides has it among its facts', () => {
  expect(factsOf({ facts: ['Page 2 of 2.'], maxSample: 4000 }, 12)).toEqual(['Page 2 of 2.', expect.stringContaining('12 of 16 bits')]);
  expect(factsOf({ maxSample: 4000 }, null)).toEqual([]);
  expect(factsOf({ facts: ['Page 2 of 2.'], maxSample: null }, 12)).toEqual(['Page 2 of 2.']);
});

describe('an import of 16-bit images', () => {
  const names = ['a/1.png', 'a/2.png', 'a/3.png', 'b/1.png', 'b/2.png', 'b/3.png'];
  const folderOf = (): string => drawFiles(temporaryFolder(), Object.fromEntries(names.map((name, i) => [name, i])));
  const inspectAs =
    (maxSample: number | null): typeof plainInspect =>
    async (files, options) =>
      (await plainInspect(files, options)).map((found) => ('error' in found ? found : { ...found, maxSample }));

  test('stores the bits that the images use, and says so in the facts of each image', async () => {
    const store = freshStore();
    const dataset = await importFrom(folderOf(), store, { inspect: inspectAs(4095) });
    expect(dataset.sampleBits).toBe(12);
    expect(store.datasets.header(dataset.dataset).sampleBits).toBe(12);
    const facts = [expect.stringContaining('12 of 16 bits')];
    expect(store.datasets.images(dataset.dataset).map((image) => image.facts)).toEqual(names.map(() => facts));
    expect(store.browse.rows(dataset.dataset, [0])[0]!.facts).toEqual(facts);
  });

  test('of one folder makes another data set when the range is newly known, and the same when it is not', async () => {
    const store = freshStore();
    const folder = folderOf();
    const before = await importFrom(folder, store);
    const after = await importFrom(folder, store, { inspect: inspectAs(4095) });
    expect(before.sampleBits).toBeNull();
    expect(store.datasets.images(before.dataset).every((image) => image.facts === undefined)).toBe(true);
    expect(after.dataset).not.toBe(before.dataset);
    expect((await importFrom(folder, store, { inspect: inspectAs(4095) })).dataset).toBe(after.dataset);
  });

  test('adds facts to the images of an older data set', async () => {
    const store = freshStore();
    const folder = folderOf();
    const before = await importFrom(folder, store);
    const inspect: typeof plainInspect = async (files, options) =>
      (await plainInspect(files, options)).map((found) => ('error' in found ? found : { ...found, facts: ['Not used: band 4.'] }));
    expect((await importFrom(folder, store, { inspect })).dataset).toBe(before.dataset);
    expect(store.datasets.images(before.dataset)[3]!.facts).toEqual(['Not used: band 4.']);
  });
});
