import { describe, expect, it } from 'vitest';
import { packImages } from '../../../src/main/domain/pairs/packed.ts';
import { chooseQueries, itemsOf } from '../../../src/main/domain/structure/items.ts';
import type { Split } from '../../../src/shared/dataset.ts';
import { randomFor } from '../../../src/shared/random.ts';

const hash = (content: number): string => content.toString(16).padStart(64, '0');
/** Images [class, content, split]. */
const packed = (rows: [string, number, Split][]): ReturnType<typeof packImages> =>
  packImages(
    rows.map(([className, content, split], id) => ({
      id,
      file: `${id}.png`,
      className,
      sha256: hash(1000 + id),
      content: hash(content),
      group: null,
      split,
    })),
  );
const random = randomFor(1, 'items');

describe('itemsOf', () => {
  it('has each content once, those of the test split first, with the identities of all its files', () => {
    const images = packed([
      ['oak', 1, 'train'],
      ['oak', 2, 'test'],
      ['elm', 1, 'valid'],
      ['elm', 3, 'train'],
      ['elm', 2, 'train'],
    ]);
    const items = itemsOf(images, Int32Array.from(images.classOf), 100, random);
    expect([...items.positions]).toEqual([1, 0, 3]); // the file in the test split
    expect([...items.itemOf]).toEqual([1, 0, 1, 2, 0]);
    expect(items).toMatchObject({ test: 1, others: 2, identities: [[0, 1], [0, 1], [1]] });
    expect([...items.contradicting]).toEqual([1, 1, 0]);
  });

  it('leaves out images that are the same as no other, and samples others than test images', () => {
    const images = packed([...Array.from({ length: 50 }, (_, i): [string, number, Split] => ['oak', i, i < 10 ? 'test' : 'train'])]);
    const items = itemsOf(images, new Int32Array(50).fill(-1), 15, random);
    expect(items.identities).toEqual(Array.from({ length: 15 }, () => []));
    expect(items).toMatchObject({ test: 10, others: 40 });
    expect([...items.itemOf].filter((item) => item >= 0)).toHaveLength(15);
    expect(itemsOf(images, new Int32Array(50), 5, random).positions).toHaveLength(10);
  });
});

describe('chooseQueries', () => {
  const queriesOf = (test: number, all: number, length = 1280 + 32): { queries: number[]; fullCount: number } =>
    chooseQueries({ test, positions: new Int32Array(all) }, length, random);

  it('takes every test image of usual data sets, for both galleries', () => {
    for (const [test, all] of [
      [1000, 10_000],
      [1000, 1000],
      [6000, 6000],
      [0, 5],
    ] as const) {
      const { queries, fullCount } = queriesOf(test, all);
      expect(queries).toEqual(Array.from({ length: test }, (_, i) => i));
      expect(fullCount).toBe(test);
    }
  });

  it('samples of many test images, and fewer of them among very many images', () => {
    const { queries, fullCount } = queriesOf(10_000, 50_000);
    expect(new Set(queries).size).toBe(4500);
    expect(Math.max(...queries)).toBeGreaterThan(9000); // not the first ones
    expect(fullCount).toBe(500);
    expect(queriesOf(10_000, 10_000)).toMatchObject({ fullCount: 6000 });
    expect(queriesOf(10_000, 10_000, 3000)).toMatchObject({ fullCount: 3000 }); // longer embeddings
  });
});
