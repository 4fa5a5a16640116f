import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assignSplits, SHARES, type Splittable } from '../../../src/main/features/dataset/split.ts';
import { type Split, SPLITS } from '../../../src/shared/dataset.ts';
import { image } from './images.ts';

const classesOf = (sizes: Record<string, number>): Splittable[] => {
  let id = 0;
  return Object.entries(sizes).flatMap(([name, n]) => Array.from({ length: n }, () => image(id++, name)));
};

function countsOf(images: readonly Splittable[], splits: readonly Split[]): Map<string, Record<Split, number>> {
  const counts = new Map<string, Record<Split, number>>();
  images.forEach(({ className }, i) => {
    const of = counts.get(className) ?? { train: 0, valid: 0, test: 0 };
    of[splits[i]!]++;
    counts.set(className, of);
  });
  return counts;
}

/** Images that must stay in one split, by breadth-first search (the code under test uses union-find). */
function components(images: readonly Splittable[]): number[][] {
  const seen = new Set<number>();
  const linked = (a: Splittable, b: Splittable): boolean => a.content === b.content || (a.group !== null && a.group === b.group);
  return images.flatMap((_, start) => {
    if (seen.has(start)) return [];
    seen.add(start);
    const found = [start];
    for (let k = 0; k < found.length; k++) {
      images.forEach((other, j) => {
        if (!seen.has(j) && linked(images[found[k]!]!, other)) {
          seen.add(j);
          found.push(j);
        }
      });
    }
    return [found];
  });
}

const someImages = fc
  .array(
    fc.record({ c: fc.integer({ min: 0, max: 4 }), group: fc.option(fc.integer({ min: 0, max: 12 })), content: fc.integer({ min: 0, max: 40 }) }),
    {
      minLength: 1,
      maxLength: 60,
    },
  )
  .map((drafts) =>
    drafts.map(({ c, group, content }, id) => image(id, `c${c}`, { sha256: `s${content}`, group: group === null ? null : `g${group}` })),
  );

describe('assignSplits', () => {
  test('every class of ungrouped images ends within 1 of 70, 15 and 15 %, for every size up to 300', () => {
    for (let n = 1; n <= 300; n++) {
      const images = classesOf({ a: n, b: 301 - n, c: 7 });
      for (const [name, counts] of countsOf(images, assignSplits(images, n))) {
        const size = { a: n, b: 301 - n, c: 7 }[name]!;
        for (const split of SPLITS) expect(Math.abs(counts[split] - SHARES[split] * size), `${name} of ${size}, ${split}`).toBeLessThanOrEqual(1);
      }
    }
  });

  test.each([
    [1, [1, 0]],
    [2, [2, 0]],
    [3, [2, 1]],
    [4, [3, 1]],
    [5, [3, 2]],
    [20, [14, 6]],
  ])('a class of %i: train and held-out images %j', (n, expected) => {
    for (let seed = 0; seed < 20; seed++) {
      const images = classesOf({ a: n, b: 40 });
      const { train, valid, test: t } = countsOf(images, assignSplits(images, seed)).get('a')!;
      expect([train, valid + t]).toEqual(expected);
    }
  });

  test('the odd images of many small classes are shared equally by validation and test', () => {
    const images = classesOf(Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`class ${i}`, 3])));
    const splits = assignSplits(images, 1);
    expect(splits.filter((s) => s === 'valid')).toHaveLength(20);
    expect(splits.filter((s) => s === 'test')).toHaveLength(20);
  });

  test('siblings and equal contents stay in one split, also through one another', () => {
    fc.assert(
      fc.property(someImages, fc.integer(), (images, seed) => {
        const splits = assignSplits(images, seed);
        for (const unit of components(images)) expect(new Set(unit.map((i) => splits[i])).size).toBe(1);
      }),
    );
  });

  test('each class has at least two images in train, or its only one, even if subjects mix classes', () => {
    fc.assert(
      fc.property(someImages, fc.integer(), (images, seed) => {
        const splits = assignSplits(images, seed);
        expect(splits).toHaveLength(images.length);
        for (const { train, valid, test: t } of countsOf(images, splits).values())
          expect(train).toBeGreaterThanOrEqual(Math.min(2, train + valid + t));
      }),
    );
  });

  test('does not depend on the order of the listing', () => {
    fc.assert(
      fc.property(
        someImages.chain((images) => fc.tuple(fc.constant(images), fc.shuffledSubarray(images, { minLength: images.length }))),
        ([images, other]) => {
          const byFile = (list: Splittable[]): Record<string, Split> => {
            const splits = assignSplits(list, 5);
            return Object.fromEntries(list.map(({ file }, i) => [file, splits[i]!]));
          };
          expect(byFile(other)).toEqual(byFile(images));
        },
      ),
    );
  });

  test('the same seed gives the same split, another seed a different one', () => {
    const images = classesOf({ a: 50, b: 50 });
    expect(assignSplits(images, 3)).toEqual(assignSplits(images, 3));
    expect(assignSplits(images, 4)).not.toEqual(assignSplits(images, 3));
  });

  test('all images of a class are equally likely to be held out', () => {
    const images = classesOf({ a: 20, b: 20 });
    const heldOut = new Float64Array(40);
    const seeds = 2000;
    for (let seed = 0; seed < seeds; seed++) assignSplits(images, seed).forEach((split, i) => (heldOut[i]! += split === 'train' ? 0 : 1));
    // 6 of 20: mean 0.3, standard deviation sqrt(0.3 * 0.7 / 2000) = 0.01; 5 of them.
    for (const count of heldOut) expect(Math.abs(count / seeds - 0.3)).toBeLessThan(0.051);
  });

  test('subjects of up to 12 photos of several classes still come near the shares', () => {
    const images = Array.from({ length: 600 }, (_, i) => image(i, `room ${(i * 7) % 5}`, { group: `listing ${Math.floor(i / ((i % 3) + 10))}` }));
    const splits = assignSplits(images, 11);
    for (const [name, counts] of countsOf(images, splits)) {
      const size = counts.train + counts.valid + counts.test;
      for (const split of SPLITS) expect(Math.abs(counts[split] / size - SHARES[split]), `${name} ${split}`).toBeLessThan(0.05);
    }
  });

  test('large subjects are placed first, so that single images can even them out', () => {
    for (let seed = 0; seed < 30; seed++) {
      const images = Array.from({ length: 100 }, (_, i) => image(i, 'a', { group: i < 30 ? 'large' : i < 45 ? 'middle' : null }));
      const { train, valid, test: t } = countsOf(images, assignSplits(images, seed)).get('a')!;
      expect([train, valid, t]).toEqual([70, 15, 15]);
    }
  });

  test('100,000 images in 100 classes have the shares of each split', () => {
    const splits = assignSplits(
      Array.from({ length: 100_000 }, (_, i) => image(i, `class ${i % 100}`)),
      0,
    );
    expect(SPLITS.map((split) => splits.filter((s) => s === split).length)).toEqual([70_000, 15_000, 15_000]);
  });

  test('100,000 images of one subject end in one split', () => {
    const images = Array.from({ length: 100_000 }, (_, i) => image(i, `class ${i % 100}`, { group: 'one' }));
    expect(new Set(assignSplits(images, 0))).toEqual(new Set(['train']));
  });
});
