import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { samplePairs, roundsFor, trainingPairs } from '../../../src/main/domain/pairs/sample-pairs.ts';
import type { ImageRecord, Pair } from '../../../src/shared/dataset.ts';
import { randomFor } from '../../../src/shared/random.ts';
import { image } from '../../features/dataset/images.ts';

const draw = (images: ImageRecord[], rounds = 1, seed = 0): Pair[] => samplePairs(images, randomFor(seed, 'test'), { rounds });

const classesOf = (sizes: number[]): ImageRecord[] => {
  let id = 0;
  return sizes.flatMap((n, c) => Array.from({ length: n }, () => image(id++, `c${c}`)));
};

/** Classes that a content is filed under, by a scan of all images. */
const classSet = (images: readonly ImageRecord[], sha256: string): Set<string> =>
  new Set(images.filter((i) => i.sha256 === sha256).map(({ className }) => className));

const disjoint = (a: Set<string>, b: Set<string>): boolean => ![...a].some((c) => b.has(c));

const someImages = fc
  .array(fc.record({ c: fc.integer({ min: 0, max: 4 }), content: fc.integer({ min: 0, max: 30 }) }), { maxLength: 40 })
  .map((drafts) => drafts.map(({ c, content }, i) => image(i * 3, `c${c}`, { sha256: `s${content}` })));

describe('samplePairs', () => {
  test('keeps every rule on any listing, with contents in several classes and rounds past exhaustion', () => {
    fc.assert(
      fc.property(someImages, fc.integer({ min: 1, max: 12 }), fc.integer(), (images, rounds, seed) => {
        const byId = new Map(images.map((i) => [i.id, i]));
        const seen = new Set<string>();
        const pairs = draw(images, rounds, seed);
        for (const { a, b, label } of pairs) {
          const [x, y] = [byId.get(a)!, byId.get(b)!];
          expect(a).not.toBe(b);
          expect(x.sha256).not.toBe(y.sha256);
          expect(disjoint(classSet(images, x.sha256), classSet(images, y.sha256))).toBe(label === 1);
          const key = [x.sha256, y.sha256].sort().join(' ');
          expect(seen.has(key), `${a} ${b} a second time`).toBe(false);
          seen.add(key);
        }
        expect(pairs.filter(({ label }) => label === 0)).toHaveLength(pairs.length / 2);
      }),
      { numRuns: 300 },
    );
  });

  test('stops only when exhausted: after enough rounds no anchor has both an unused same and an unused different partner', () => {
    fc.assert(
      fc.property(someImages, (images) => {
        const pairs = draw(images, 60);
        const contentOf = new Map(images.map((i) => [i.id, i.sha256]));
        const used = new Set(pairs.flatMap(({ a, b }) => [[a, b].map((i) => contentOf.get(i)).join(), [b, a].map((i) => contentOf.get(i)).join()]));
        for (const x of images) {
          const free = images.filter((y) => y.sha256 !== x.sha256 && !used.has([x.sha256, y.sha256].join()));
          const shares = (y: ImageRecord): boolean => !disjoint(classSet(images, x.sha256), classSet(images, y.sha256));
          expect(free.some(shares) && free.some((y) => !shares(y)), `anchor ${x.id}`).toBe(false);
        }
      }),
    );
  });

  test('every image is an anchor once a round, in order of id, with one partner of each label', () => {
    const pairs = draw(classesOf([30, 40, 50]), 3);
    expect(pairs).toHaveLength(3 * 120 * 2);
    pairs.forEach(({ a, label }, k) => {
      expect(a).toBe(Math.floor(k / 2) % 120);
      expect(label).toBe(k % 2);
    });
  });

  test('partners are uniform over each class of candidates', () => {
    const images = classesOf([5, 3, 4]);
    const counts = new Map<string, number>();
    const draws = 6000;
    for (let seed = 0; seed < draws; seed++) {
      // The first anchor's pairs: nothing is used up yet.
      for (const { b, label } of draw(images, 1, seed).slice(0, 2)) counts.set(`${label} ${b}`, (counts.get(`${label} ${b}`) ?? 0) + 1);
    }
    const chiSquare = (keys: string[]): number => {
      const expected = draws / keys.length;
      return keys.reduce((sum, key) => sum + ((counts.get(key) ?? 0) - expected) ** 2 / expected, 0);
    };
    expect(chiSquare([1, 2, 3, 4].map((b) => `0 ${b}`))).toBeLessThan(21.1); // 3 degrees of freedom, p = 0.0001
    expect(chiSquare([5, 6, 7, 8, 9, 10, 11].map((b) => `1 ${b}`))).toBeLessThan(27.9); // 6 degrees
    expect([...counts.values()].reduce((a, b) => a + b)).toBe(2 * draws);
  });

  test('the same stream over an unsorted listing gives the same pairs', () => {
    const images = classesOf([9, 8, 7]);
    expect(draw([...images].reverse(), 4)).toEqual(draw(images, 4));
    expect(draw(randomFor(9).shuffle(images), 4)).toEqual(draw(images, 4));
    expect(draw(images, 4, 1)).not.toEqual(draw(images, 4, 0));
  });

  test('an image alone in its class is a partner in different pairs only', () => {
    const images = classesOf([6, 1]);
    const pairs = Array.from({ length: 30 }, (_, seed) => draw(images, 2, seed)).flat();
    const lone = pairs.filter(({ a, b }) => a === 6 || b === 6);
    expect(lone.length).toBeGreaterThan(0);
    expect(new Set(lone.map(({ label }) => label))).toEqual(new Set([1]));
  });

  test('content in two classes pairs as same with both and as different with neither', () => {
    const images = [
      image(0, 'rose', { sha256: 'shared' }),
      ...[1, 2, 3].map((i) => image(i, 'rose')),
      image(4, 'tulip', { sha256: 'shared' }),
      ...[5, 6, 7].map((i) => image(i, 'tulip')),
      ...[8, 9, 10].map((i) => image(i, 'daisy')),
    ];
    const partners = { 0: new Set<number>(), 1: new Set<number>() };
    for (let seed = 0; seed < 60; seed++) {
      for (const { a, b, label } of draw(images, 3, seed)) {
        if ([0, 4].includes(a)) partners[label].add(b);
        if ([0, 4].includes(b)) partners[label].add(a);
      }
    }
    expect([...partners[0]].sort()).toEqual([1, 2, 3, 5, 6, 7]);
    expect([...partners[1]].sort((a, b) => a - b)).toEqual([8, 9, 10]);
  });

  test.each<[string, ImageRecord[]]>([
    ['no image', []],
    ['one image', classesOf([1])],
    ['one class', classesOf([9])],
    ['only single images', classesOf([1, 1, 1, 1])],
    ['one content', classesOf([5, 5]).map((i) => ({ ...i, content: 'x' }))],
    ['two classes of the same contents', classesOf([5, 5]).map((i) => ({ ...i, content: String(i.id % 5) }))],
  ])('%s gives no pair', (_, images) => {
    expect(draw(images, 5)).toEqual([]);
  });

  test('two classes of two: one same pair each, and a different one beside it', () => {
    const pairs = draw(classesOf([2, 2]), 10);
    expect(pairs.filter(({ label }) => label === 0).map(({ a, b }) => [a, b])).toEqual([
      [0, 1],
      [2, 3],
    ]);
    expect(pairs).toHaveLength(4);
  });

  test('100,000 images have as many pairs of each label as images', () => {
    const many = 100_000;
    const pairs = draw(Array.from({ length: many }, (_, i) => image(i, `c${i % 100}`)));
    expect(pairs.filter(({ label }) => label === 0)).toHaveLength(many);
    expect(pairs.filter(({ label }) => label === 1)).toHaveLength(many);
    expect(new Set(pairs.map(({ a, b }) => Math.min(a, b) * many + Math.max(a, b))).size).toBe(2 * many);
  });
});

describe('pairs by group, with negatives of a class', () => {
  const grouped = fc
    .array(fc.record({ c: fc.integer({ min: 0, max: 2 }), g: fc.integer({ min: 0, max: 6 }), content: fc.integer({ min: 0, max: 30 }) }), {
      maxLength: 40,
    })
    .map((drafts) => drafts.map(({ c, g, content }, i) => ({ ...image(i * 3, `c${c}`, { sha256: `s${content}` }), identity: `g${g}` })));

  test.each(['anywhere', 'same-class', 'mixed'] as const)('%s: same pairs share a group, different ones none, on any listing', (negatives) => {
    fc.assert(
      fc.property(grouped, fc.integer(), (images, seed) => {
        const namesOf = (id: number, key: 'identity' | 'className'): Set<string> => {
          const { sha256 } = images.find((i) => i.id === id)!;
          return new Set(images.filter((i) => i.sha256 === sha256).map((i) => i[key]));
        };
        const pairs = samplePairs(images, randomFor(seed, 'test'), { rounds: 3, negatives });
        for (const { a, b, label } of pairs) {
          expect(disjoint(namesOf(a, 'identity'), namesOf(b, 'identity'))).toBe(label === 1);
          if (label === 1 && negatives === 'same-class') expect(disjoint(namesOf(a, 'className'), namesOf(b, 'className'))).toBe(false);
        }
        expect(pairs.filter(({ label }) => label === 0)).toHaveLength(pairs.length / 2);
      }),
    );
  });

  test('mixed: half of the anchors that can have one get a negative of their class', () => {
    const images = Array.from({ length: 400 }, (_, i) => ({ ...image(i, `c${i % 4}`), identity: `g${i >> 4} ${i % 4}` })); // four in each group
    const classOf = new Map(images.map(({ id, className }) => [id, className]));
    const pairs = samplePairs(images, randomFor(1, 'test'), { rounds: 1, negatives: 'mixed' }).filter(({ label }) => label === 1);
    expect(pairs.length).toBeGreaterThan(390); // an anchor whose same partners are used up is left out
    const hard = pairs.filter(({ a, b }) => classOf.get(a) === classOf.get(b)).length;
    expect(hard).toBeGreaterThan(210); // 200, and a quarter of the others by chance
    expect(hard).toBeLessThan(290);
  });

  test('an image alone in its group is a partner in different pairs only', () => {
    const images = [0, 0, 0, 1, 1, 1, 2, 3].map((g, i) => ({ ...image(i, 'a'), identity: `g${g}` }));
    const pairs = Array.from({ length: 20 }, (_, seed) =>
      samplePairs(images, randomFor(seed, 'test'), { rounds: 2, negatives: 'same-class' }),
    ).flat();
    const single = pairs.filter(({ a, b }) => a > 5 || b > 5);
    expect(single.length).toBeGreaterThan(0);
    expect(single.every(({ label }) => label === 1)).toBe(true);
  });
});

describe('roundsFor', () => {
  test.each([
    [1, 10],
    [50, 10],
    [80, 6],
    [100, 5],
    [500, 1],
    [15_000, 1],
  ])('%i images: %i rounds', (images, rounds) => expect(roundsFor(images)).toBe(rounds));

  test('about 1,000 pairs wherever 1 to 10 rounds can give them', () => {
    for (let n = 50; n <= 500; n++) {
      const pairs = 2 * n * roundsFor(n);
      expect(pairs, `${n} images`).toBeGreaterThan(650);
      expect(pairs, `${n} images`).toBeLessThan(1350);
    }
  });
});

describe('trainingPairs', () => {
  const images = classesOf([20, 20]).map((i) => ({ ...i, split: i.id % 4 ? ('train' as const) : ('test' as const) }));

  test('uses training images only, new pairs each epoch, the same for the same epoch', () => {
    const splitOf = new Map(images.map(({ id, split }) => [id, split]));
    const epochs = Array.from({ length: 8 }, (_, e) => trainingPairs(images, 7, e + 1));
    for (const { a, b } of epochs.flat()) expect([splitOf.get(a), splitOf.get(b)]).toEqual(['train', 'train']);
    expect(new Set(epochs.map((pairs) => JSON.stringify(pairs))).size).toBe(8);
    expect(trainingPairs([...images].reverse(), 7, 3)).toEqual(epochs[2]);
    expect(trainingPairs(images, 8, 3)).not.toEqual(epochs[2]);
    expect(epochs[0]).toHaveLength(2 * 30);
  });

  test('has one round of pairs in random order', () => {
    const pairs = trainingPairs(images, 7, 1);
    const anchors = pairs.map(({ a }) => a);
    expect(anchors).not.toEqual([...anchors].sort((a, b) => a - b));
    const inOrder = samplePairs(
      images.filter(({ split }) => split === 'train'),
      randomFor(7, 'pairs', 1),
      { rounds: 1 },
    );
    const keys = (list: Pair[]): string[] => list.map(({ a, b, label }) => `${a} ${b} ${label}`).sort();
    expect(keys(pairs)).toEqual(keys(inOrder));
  });
});
