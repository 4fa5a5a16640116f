import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SPLITS } from '../../../src/shared/dataset.ts';
import { ImageTable, packImages, packPairs, unpackPairs } from '../../../src/main/domain/pairs/packed.ts';

const hex = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex'));
const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 });
const images = fc.uniqueArray(fc.nat(1e6), { maxLength: 40 }).chain((ids) =>
  fc.tuple(
    ...ids
      .sort((a, b) => a - b)
      .map((id) =>
        fc.record({
          id: fc.constant(id),
          file: name,
          className: name,
          sha256: hex,
          content: hex,
          group: fc.option(name, { nil: null }),
          split: fc.constantFrom(...SPLITS),
        }),
      ),
  ),
);

describe('packed images', () => {
  test('are unchanged by packing, cloning and reading', () => {
    fc.assert(
      fc.property(images, (given) => {
        const table = new ImageTable(structuredClone(packImages(given)));
        expect(Array.from({ length: table.length }, (_, i) => table.at(i))).toEqual(given);
        given.forEach(({ id, file, sha256 }, i) => expect([table.positionOf(id), table.file(i), table.sha256(i)]).toEqual([i, file, sha256]));
        for (const split of SPLITS) expect(table.inSplit(split).map((i) => table.at(i))).toEqual(given.filter((image) => image.split === split));
      }),
    );
  });

  test('keep a byte order mark in names, and refuse an unknown id', () => {
    const sha256 = 'ab'.repeat(32);
    const table = new ImageTable(
      packImages([{ id: 4, file: '\ufeffa/b.png', className: '\ufeff', sha256, content: 'cd'.repeat(32), group: null, split: 'test' }]),
    );
    expect(table.at(0)).toMatchObject({ file: '\ufeffa/b.png', className: '\ufeff' });
    for (const id of [0, 5]) expect(() => table.positionOf(id)).toThrow(`no image ${id}`);
    expect(new ImageTable(packImages([])).length).toBe(0);
    for (const wrong of [{ sha256: 'content' }, { content: 'content' }]) {
      expect(() => packImages([{ id: 0, file: 'a', className: 'a', sha256, content: sha256, group: null, split: 'test', ...wrong }])).toThrow(
        'not a SHA-256 hash',
      );
    }
  });

  test('take less than a fifth of a kilobyte each', () => {
    const many = Array.from({ length: 1000 }, (_, id) => ({
      id,
      file: `a class of images/IMG_2024_${id}.jpeg`,
      className: `class ${id % 7}`,
      sha256: id.toString(16).padStart(64, '0'),
      content: id.toString(16).padStart(64, '0'),
      group: null,
      split: 'train' as const,
    }));
    const { classes: _, groups: __, ...arrays } = packImages(many);
    expect(Object.values(arrays).reduce((sum, array) => sum + array.byteLength, 0)).toBeLessThan(200 * many.length);
  });
});

test('packed pairs are unchanged by packing and unpacking', () => {
  const pair = fc.record({ a: fc.nat(1e6), b: fc.nat(1e6), label: fc.constantFrom<0 | 1>(0, 1) });
  fc.assert(
    fc.property(fc.array(pair), (pairs) => {
      expect(unpackPairs(structuredClone(packPairs(pairs)))).toEqual(pairs);
    }),
  );
});
