import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { hashPairs, MAX_BITS } from '../../../src/main/domain/duplicates/hash-pairs.ts';
import { hammingDistance, type PerceptualHash, perceptualHash } from '../../../src/main/domain/duplicates/perceptual-hash.ts';
import { randomFor } from '../../../src/shared/random.ts';

const fixture = new URL('../../fixtures/perceptual-hash.json', import.meta.url);
const hex = (words: readonly [number, number]): string => words.map((word) => word.toString(16).padStart(8, '0')).join('');

it('equals the hash of scipy’s DCT, of a picture and of its mirror image', () => {
  const cases = JSON.parse(readFileSync(fixture, 'utf8')) as { seed: number; plain: string; mirrored: string }[];
  expect(cases).toHaveLength(6);
  for (const { seed, plain, mirrored } of cases) {
    const picture = Uint8Array.from({ length: 1024 }, (_, i) => {
      const [x, y] = [i % 32, i >> 5];
      return (x * (seed + 3) + y * y * (seed + 1) + Math.floor((x * y * (7 - seed)) / 3)) % 256;
    });
    const hash = perceptualHash(picture);
    expect([hex(hash.plain), hex(hash.mirrored)]).toEqual([plain, mirrored]);
  }
});

const flipped = ([high, low]: readonly [number, number], bits: number[]): [number, number] => {
  const words: [number, number] = [high, low];
  for (const bit of bits) words[bit >> 5] = (words[bit >> 5]! ^ (1 << (bit & 31))) >>> 0;
  return words;
};

it('finds exactly the pairs that a comparison of all finds', () => {
  const random = randomFor(1, 'hashes');
  const word = (): number => random.below(2 ** 32);
  const hashes: PerceptualHash[] = [];
  for (let i = 0; i < 300; i++) {
    const own: PerceptualHash = { plain: [word(), word()], mirrored: [word(), word()] };
    const near = hashes[random.below(Math.max(1, hashes.length))];
    const bits = random.shuffle(Array.from({ length: 64 }, (_, k) => k)).slice(0, 5 + (i % 5)); // 5 to 9 bits apart
    if (near && i % 3 === 1) hashes.push({ ...own, plain: flipped(near.plain, bits) });
    else if (near && i % 3 === 2) hashes.push({ plain: flipped(near.mirrored, bits), mirrored: flipped(near.plain, bits) });
    else hashes.push(own);
  }
  const isNear = (i: number, j: number): boolean =>
    Math.min(hammingDistance(hashes[i]!.plain, hashes[j]!.plain), hammingDistance(hashes[i]!.mirrored, hashes[j]!.plain)) <= MAX_BITS;
  const all: string[] = [];
  for (let i = 0; i < hashes.length; i++) for (let j = i + 1; j < hashes.length; j++) if (isNear(i, j)) all.push(`${i} ${j}`);
  const found = hashPairs(hashes);
  const texts = Array.from({ length: found.length / 2 }, (_, p) => `${found[2 * p]} ${found[2 * p + 1]}`);
  expect(texts.toSorted()).toEqual(all.toSorted());
  expect(all.length).toBeGreaterThan(50);
});

it('compares each of many equal hashes with some, not with all', () => {
  const blank: PerceptualHash = { plain: [5, 9], mirrored: [5, 9] };
  const found = hashPairs(Array.from({ length: 2000 }, () => blank));
  expect(found.length / 2).toBeLessThan(70 * 2000);
  expect(found.length / 2).toBeGreaterThan(1999);
});
