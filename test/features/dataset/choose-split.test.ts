import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chooseSplits } from '../../../src/main/features/dataset/choose-split.ts';
import { assignSplits, type Splittable } from '../../../src/main/features/dataset/split.ts';
import { countPairs } from '../../../src/main/features/dataset/split-pairs.ts';
import { type Split, SPLITS } from '../../../src/shared/dataset.ts';
import { image } from './images.ts';

const classesOf = (sizes: readonly number[]): Splittable[] => {
  let id = 0;
  return sizes.flatMap((n, c) => Array.from({ length: n }, () => image(id++, `c${String(c).padStart(4, '0')}`)));
};
const classes = (count: number, size: number): Splittable[] => classesOf(new Array<number>(count).fill(size));

type Counts = [train: number, valid: number, test: number];
/** Images of each class by split. */
function countsOf(images: readonly Splittable[], splits: readonly Split[]): Counts[] {
  const counts = new Map<string, Counts>();
  images.forEach(({ className }, i) => {
    const of = counts.get(className) ?? [0, 0, 0];
    of[SPLITS.indexOf(splits[i]!)]!++;
    counts.set(className, of);
  });
  return [...counts.values()];
}
const pairsOf = (images: readonly Splittable[]): number[] => {
  const splits = chooseSplits(images, 0);
  const pairs = countPairs(
    images.map((one, id) => image(id, one.className, { ...one, split: splits[id]! })),
    0,
  );
  return SPLITS.map((split) => pairs[split]);
};

describe('chooseSplits', () => {
  test('30 classes of 6: whole classes, 70, 15 and 15 % of them', () => {
    for (let seed = 0; seed < 10; seed++) {
      const images = classes(30, 6);
      const counts = countsOf(images, chooseSplits(images, seed));
      for (const of of counts) expect(of.toSorted()).toEqual([0, 0, 6]);
      const [train, valid, held] = SPLITS.map((_, s) => counts.filter((of) => of[s] === 6).length);
      expect([train, valid! + held!, Math.abs(valid! - held!)]).toEqual([21, 9, 1]);
    }
  });

  test('4,000 classes of 2: 2,800, 600 and 600 whole classes', () => {
    const images = classes(4000, 2);
    const counts = countsOf(images, chooseSplits(images, 1));
    expect(SPLITS.map((_, s) => counts.filter((of) => of[s] === 2).length)).toEqual([2800, 600, 600]);
  });

  test.each<[number, number, Counts]>([
    [2, 6, [2, 2, 2]],
    [10, 6, [2, 2, 2]],
    [3, 7, [3, 2, 2]],
    [3, 8, [4, 2, 2]],
    [2, 5, [3, 2, 0]],
    [2, 4, [2, 2, 0]],
  ])('%i classes of %i: %j of each', (count, size, expected) => {
    for (let seed = 0; seed < 10; seed++) {
      const images = classes(count, size);
      for (const counts of countsOf(images, chooseSplits(images, seed))) expect(counts).toEqual(expected);
    }
  });

  test('6 classes of 2: two whole classes each', () => {
    const images = classes(6, 2);
    const counts = countsOf(images, chooseSplits(images, 3));
    expect(SPLITS.map((_, s) => counts.filter((of) => of[s] === 2).length)).toEqual([2, 2, 2]);
  });

  test('classes of 14 and more are divided by 70, 15 and 15 %, as are large ones beside a few small ones', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 14, max: 60 }), { minLength: 2, maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 3 }),
        (large, small) => {
          const images = classesOf([...large, ...small]);
          expect(chooseSplits(images, 5)).toEqual(assignSplits(images, 5));
        },
      ),
    );
  });

  test('two classes of at least 6, and 6 classes of at least 2, give pairs to every split, as messages promise', () => {
    const promised = fc.oneof(
      fc.array(fc.integer({ min: 6, max: 60 }), { minLength: 2, maxLength: 2 }),
      fc.array(fc.integer({ min: 2, max: 9 }), { minLength: 6, maxLength: 40 }),
    );
    fc.assert(
      fc.property(promised, (sizes) => {
        expect(Math.min(...pairsOf(classesOf(sizes)))).toBeGreaterThan(0);
      }),
      { numRuns: 300 },
    );
  });

  const someImages = fc
    .array(
      fc.record({ c: fc.integer({ min: 0, max: 30 }), group: fc.option(fc.integer({ min: 0, max: 60 })), content: fc.integer({ min: 0, max: 90 }) }),
      { minLength: 1, maxLength: 90 },
    )
    .map((drafts) =>
      drafts.map(({ c, group, content }, id) => image(id, `c${c}`, { sha256: `s${content}`, group: group === null ? null : `g${group}` })),
    );

  test('no content and no subject is in two splits', () => {
    fc.assert(
      fc.property(someImages, fc.integer(), (images, seed) => {
        const splits = chooseSplits(images, seed);
        for (const keyOf of [(i: Splittable) => i.content, (i: Splittable) => i.group]) {
          const splitsOf = new Map<string, Set<Split>>();
          images.forEach((one, i) => {
            const key = keyOf(one);
            if (key !== null) splitsOf.set(key, (splitsOf.get(key) ?? new Set()).add(splits[i]!));
          });
          for (const found of splitsOf.values()) expect(found.size).toBe(1);
        }
      }),
    );
  });

  test('does not depend on the order of the listing', () => {
    for (const images of [classes(30, 6), classes(10, 6), classes(7, 2)]) {
      const backwards = images.toReversed();
      expect(chooseSplits(backwards, 4).toReversed()).toEqual(chooseSplits(images, 4));
      expect(chooseSplits(images, 5)).not.toEqual(chooseSplits(images, 4));
    }
  });
});
