import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { balancedSample } from '../../../src/main/domain/pairs/balanced-sample.ts';
import { samplePairs } from '../../../src/main/domain/pairs/sample-pairs.ts';
import type { Pair } from '../../../src/shared/dataset.ts';
import { randomFor } from '../../../src/shared/random.ts';
import { image } from '../../features/dataset/images.ts';

const draw = (pairs: readonly Pair[], count: number, seed = 0): Pair[] => balancedSample(pairs, count, randomFor(seed, 'test'));
const count = (pairs: readonly Pair[], label: 0 | 1): number => pairs.filter((pair) => pair.label === label).length;

function usesOf(pairs: readonly Pair[]): number[] {
  const uses = new Map<number, number>();
  for (const id of pairs.flatMap(({ a, b }) => [a, b])) uses.set(id, (uses.get(id) ?? 0) + 1);
  return [...uses.values()];
}

const validationPairs = (images: number): Pair[] =>
  samplePairs(
    Array.from({ length: images }, (_, id) => image(id, `c${id % 3}`)),
    randomFor(5, 'pairs'),
    { rounds: 6 },
  );

describe('balancedSample', () => {
  test('returns the wanted number of different pairs, half of them same, or all pairs', () => {
    const somePairs = fc.array(fc.record({ a: fc.nat(9), b: fc.nat(9), label: fc.constantFrom<0 | 1>(0, 1) }), { maxLength: 40 });
    fc.assert(
      fc.property(somePairs, fc.nat(50), fc.integer(), (pairs, wanted, seed) => {
        const sample = draw(pairs, wanted, seed);
        expect(sample).toHaveLength(Math.min(wanted, pairs.length));
        expect(new Set(sample).size).toBe(sample.length);
        expect(sample.every((pair) => pairs.includes(pair))).toBe(true);
        for (const label of [0, 1] as const)
          expect(count(sample, label)).toBeGreaterThanOrEqual(Math.min(count(pairs, label), Math.floor(sample.length / 2)));
      }),
    );
  });

  test('uses each image about equally often', () => {
    const pairs = validationPairs(60);
    const uses = usesOf(draw(pairs, 150)); // 5 uses an image
    expect(uses).toHaveLength(60);
    expect(Math.max(...uses)).toBeLessThanOrEqual(6);
    expect(Math.max(...usesOf(randomFor(0, 'test').shuffle(pairs).slice(0, 150)))).toBeGreaterThan(6); // a plain sample does not
  });

  test('takes pairs of one image if there are no others', () => {
    const star = Array.from({ length: 20 }, (_, b): Pair => ({ a: 100, b, label: b % 2 === 0 ? 0 : 1 }));
    expect(draw(star, 12)).toHaveLength(12);
  });

  test('depends on the random stream only', () => {
    const pairs = validationPairs(30);
    expect(draw(pairs, 40)).toEqual(draw(pairs, 40));
    expect(draw(pairs, 40, 1)).not.toEqual(draw(pairs, 40));
  });
});
