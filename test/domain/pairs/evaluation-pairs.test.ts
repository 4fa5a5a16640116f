import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { evaluationPairs, pairsPerLabel } from '../../../src/main/domain/pairs/evaluation-pairs.ts';
import type { PairCandidate } from '../../../src/main/domain/pairs/contents.ts';
import type { Pair, PairLabel } from '../../../src/shared/dataset.ts';
import type { NegativeKind } from '../../../src/shared/pair-relation.ts';
import { randomFor } from '../../../src/shared/random.ts';

const draw = (images: readonly PairCandidate[], negatives: NegativeKind = 'anywhere', seed = 0): Pair[] =>
  evaluationPairs(images, randomFor(seed, 'test'), { negatives });

/** Images of identities (class c has the identities c0, c1, …) of given sizes; each has its own content. */
function imagesOf(sizes: readonly (readonly number[])[]): Required<PairCandidate>[] {
  let id = 0;
  return sizes.flatMap((groups, c) =>
    groups.flatMap((n, g) => Array.from({ length: n }, () => ({ id: id++, className: `c${c}`, identity: `${c} ${g}`, content: `content ${id}` }))),
  );
}
const classesOf = (sizes: readonly number[]): Required<PairCandidate>[] => imagesOf(sizes.map((n) => [n]));

const someImages = fc
  .array(fc.record({ c: fc.integer({ min: 0, max: 3 }), g: fc.integer({ min: 0, max: 6 }), content: fc.integer({ min: 0, max: 30 }) }), {
    maxLength: 40,
  })
  .map((drafts) => drafts.map(({ c, g, content }, i) => ({ id: i * 3, className: `c${c}`, identity: `g${g}`, content: `s${content}` })));
const someNegatives = fc.constantFrom<NegativeKind>('anywhere', 'same-class', 'mixed');

const usesOf = (pairs: readonly Pair[], label: PairLabel): Map<number, number> => {
  const uses = new Map<number, number>();
  for (const pair of pairs) if (pair.label === label) for (const id of [pair.a, pair.b]) uses.set(id, (uses.get(id) ?? 0) + 1);
  return uses;
};
const count = (pairs: readonly Pair[], label: PairLabel): number => pairs.filter((pair) => pair.label === label).length;

/** All pairs of contents by brute force: those of each label, hard ones among the different. */
function possible(images: readonly Required<PairCandidate>[]): { same: number; different: number; hard: number } {
  const namesOf = (content: string, key: 'identity' | 'className'): Set<string> =>
    new Set(images.filter((i) => i.content === content).map((i) => i[key]));
  const contents = [...new Set(images.map(({ content }) => content))];
  const all = { same: 0, different: 0, hard: 0 };
  contents.forEach((x, i) => {
    for (const y of contents.slice(i + 1)) {
      const share = (key: 'identity' | 'className'): boolean => !namesOf(x, key).isDisjointFrom(namesOf(y, key));
      if (share('identity')) all.same++;
      else all.different++;
      if (!share('identity') && share('className')) all.hard++;
    }
  });
  return all;
}

describe('evaluationPairs', () => {
  test('keeps every rule on any listing, with contents in several classes and groups, and is complete where all pairs are wanted', () => {
    fc.assert(
      fc.property(someImages, someNegatives, fc.integer(), (images, negatives, seed) => {
        const pairs = draw(images, negatives, seed);
        const byId = new Map(images.map((i) => [i.id, i]));
        const namesOf = (id: number, key: 'identity' | 'className'): Set<string> =>
          new Set(images.filter(({ content }) => content === byId.get(id)!.content).map((i) => i[key]));
        const seen = new Set<string>();
        for (const { a, b, label } of pairs) {
          expect(namesOf(a, 'identity').isDisjointFrom(namesOf(b, 'identity'))).toBe(label === 1);
          if (label === 1 && negatives === 'same-class') expect(namesOf(a, 'className').isDisjointFrom(namesOf(b, 'className'))).toBe(false);
          const key = [byId.get(a)!.content, byId.get(b)!.content].sort().join(' ');
          expect(byId.get(a)!.content).not.toBe(byId.get(b)!.content);
          expect(seen.has(key), `${a} ${b} a second time`).toBe(false);
          seen.add(key);
        }
        const all = possible(images);
        const negative = negatives === 'same-class' ? all.hard : all.different;
        expect(count(pairs, 0)).toBe(Math.min(all.same, negative));
        expect(count(pairs, 1)).toBe(Math.min(all.same, negative));
      }),
      { numRuns: 300 },
    );
  });

  test.each<[string, readonly number[], number]>([
    ['five classes of 17', [17, 17, 17, 17, 17], 5 * 136],
    ['three classes of 100', [100, 100, 100], 1000],
    ['13 classes of 60', new Array<number>(13).fill(60), 1000],
    ['two classes of 2,000', [2000, 2000], 4000],
    ['400 classes of 2', new Array<number>(400).fill(2), 400],
  ])('%s give the pairs of each label that they should, balanced over classes and images', (_, sizes, expected) => {
    const images = classesOf(sizes);
    const pairs = draw(images);
    expect([count(pairs, 0), count(pairs, 1)]).toEqual([expected, expected]);
    for (const label of [0, 1] as const) {
      const uses = usesOf(pairs, label);
      const byImage = images.map(({ id }) => uses.get(id) ?? 0);
      const byClass = sizes.map((_, c) =>
        images.reduce((sum, { id, className }, i) => sum + (className === `c${c}` && uses.has(id) ? byImage[i]! : 0), 0),
      );
      expect(Math.max(...byClass) - Math.min(...byClass), `label ${label}, uses of classes`).toBeLessThanOrEqual(Math.max(4, 0.02 * byClass[0]!));
      expect(Math.max(...byImage) - Math.min(...byImage), `label ${label}, uses of images`).toBeLessThanOrEqual(4);
    }
  });

  test('a small class gives all it can, and its images are in at most twice as many pairs as the mean', () => {
    const images = classesOf([300, 300, 300, 5]);
    const pairs = draw(images);
    expect([count(pairs, 0), count(pairs, 1)]).toEqual([1000, 1000]);
    const inSmall = pairs.filter(({ label, a }) => label === 0 && a >= 900);
    expect(inSmall).toHaveLength(10);
    const mean = 2000 / 905;
    for (const id of [900, 901, 902, 903, 904]) expect(usesOf(pairs, 1).get(id)).toBeLessThanOrEqual(2 * mean + 1);
  });

  test('two classes of 200 and 4: the small one is in every different pair, because no other pairs exist', () => {
    const pairs = draw(classesOf([200, 4]));
    expect([count(pairs, 0), count(pairs, 1)]).toEqual([800, 800]);
    const uses = [...usesOf(pairs, 1)].filter(([id]) => id >= 200).map(([, n]) => n);
    expect(uses).toEqual([200, 200, 200, 200]);
  });

  test('groups of one are in different pairs only', () => {
    const images = imagesOf([
      [4, 4, 1, 1, 1],
      [3, 1],
    ]);
    const singles = new Set(images.filter(({ identity }) => ['0 2', '0 3', '0 4', '1 1'].includes(identity)).map(({ id }) => id));
    const pairs = draw(images);
    expect(count(pairs, 0)).toBe(6 + 6 + 3);
    expect([...usesOf(pairs, 0).keys()].filter((id) => singles.has(id))).toEqual([]);
    expect([...usesOf(pairs, 1).keys()].filter((id) => singles.has(id)).length).toBeGreaterThan(0);
  });

  test('hard negatives are balanced over classes; mixed ones are half hard', () => {
    const images = imagesOf(Array.from({ length: 4 }, () => [6, 6, 6, 6, 6, 6, 6, 6]));
    const classOf = new Map(images.map(({ id, className }) => [id, className]));
    const isHard = ({ a, b }: Pair): boolean => classOf.get(a) === classOf.get(b);
    const negatives = (kind: NegativeKind): Pair[] => draw(images, kind).filter(({ label }) => label === 1);
    const hard = negatives('same-class');
    expect(hard).toHaveLength(4 * 8 * 15);
    expect(hard.every(isHard)).toBe(true);
    const byClass = Map.groupBy(hard, ({ a }) => classOf.get(a)!);
    for (const pairs of byClass.values()) expect(Math.abs(pairs.length - 120)).toBeLessThan(25); // 480 of the 1,000 that were drawn
    const mixed = negatives('mixed').filter(isHard).length / negatives('mixed').length;
    expect(mixed).toBeGreaterThan(0.45);
    expect(mixed).toBeLessThan(0.75); // half, and those that pairs from anywhere add by chance
  });

  test('depends on the seed, and not on the order of the images', () => {
    const images = classesOf([60, 50, 40]);
    expect(draw([...images].reverse())).toEqual(draw(images));
    expect(draw(images, 'anywhere', 1)).not.toEqual(draw(images));
  });

  test.each<[string, PairCandidate[]]>([
    ['no image', []],
    ['one class', classesOf([9])],
    ['only single images', classesOf([1, 1, 1])],
    ['one content', classesOf([5, 5]).map((i) => ({ ...i, content: 'x' }))],
  ])('%s gives no pair', (_, images) => expect(draw(images)).toEqual([]));

  test('pairsPerLabel: at least 1,000, and one per image', () => {
    expect([0, 900, 10_000].map(pairsPerLabel)).toEqual([1000, 1000, 10_000]);
  });
});
