import { expect, it } from 'vitest';
import type { DuplicateImage, DuplicateReport, RejectedPair } from '../../src/shared/duplicates.ts';
import { isContradicting, isDone, isLeak, stacksOf } from '../../src/shared/duplicate-stacks.ts';
import { stackWords, sumText } from '../../src/shared/duplicate-words.ts';

const image = (id: number, more: Partial<DuplicateImage> = {}): DuplicateImage => ({
  ...{ id, file: `${id}.jpg`, className: 'a', importedClass: 'a', sha256: `s${id}`, content: `c${id}`, group: null },
  ...{ width: 100, height: 80, split: 'train', excluded: false, tags: [], sharpness: 1, ...more },
});
type Pair = [a: number, b: number, score: number];
function report(images: DuplicateImage[], pairs: Pair[], rejected: RejectedPair[] = []): Pick<DuplicateReport, 'pairs' | 'images' | 'rejected'> {
  const zeros = new Uint8Array(pairs.length);
  const [a, b] = [Int32Array.from(pairs, ([one]) => one), Int32Array.from(pairs, ([, other]) => other)];
  const isExact = Uint8Array.from(pairs, ([, , score]) => Number(score === 1));
  const score = Float32Array.from(pairs, ([, , one]) => one);
  return { images, rejected, pairs: { a, b, score, isExact, mirrored: zeros, bits: zeros, distance: new Float32Array(pairs.length) } };
}
const images = (n: number): DuplicateImage[] => Array.from({ length: n }, (_, id) => image(id));
const idsOf = (found: ReturnType<typeof stacksOf>): number[][] => found.map((stack) => stack.images.map(({ id }) => id).sort((x, y) => x - y));

it('joins chains of certain links, and only what matches the centre by weaker ones', () => {
  const certain: Pair[] = [0, 1, 2, 3].map((i) => [i, i + 1, 0.98]);
  expect(idsOf(stacksOf(report(images(5), certain), 0.9))).toEqual([[0, 1, 2, 3, 4]]);
  // 0-1-2-3-4, all links weak: 1 is the first centre of those with two links, then 3.
  const weak: Pair[] = [0, 1, 2, 3].map((i) => [i, i + 1, 0.93]);
  expect(idsOf(stacksOf(report(images(5), weak), 0.9))).toEqual([[0, 1, 2], [3, 4]]); // prettier-ignore
  expect(stacksOf(report(images(5), weak), 0.94)).toEqual([]);
  // A weak link to any image of a certain unit joins the unit.
  const mixed: Pair[] = [[0, 1, 0.99], [1, 2, 0.92], [2, 3, 0.92]]; // prettier-ignore
  expect(idsOf(stacksOf(report(images(4), mixed), 0.9))).toEqual([[0, 1, 2, 3]]);
  expect(stacksOf(report(images(4), mixed), 0.9)[0]!.least).toBeCloseTo(0.92);
});

it('never has two images in a stack that a person said are no duplicates, also not by a third', () => {
  const pairs: Pair[] = [[0, 1, 0.99], [1, 2, 0.98], [0, 2, 0.97]]; // prettier-ignore
  expect(idsOf(stacksOf(report(images(3), pairs, [[0, 2]]), 0.9))).toEqual([[0, 1]]);
  expect(idsOf(stacksOf(report(images(3), pairs, [[0, 1], [1, 2]]), 0.9))).toEqual([[0, 2]]); // prettier-ignore
  expect(idsOf(stacksOf(report(images(2), [[0, 1, 1]], [[0, 1]]), 0.9))).toEqual([]);
});

it('keeps the largest, then the sharpest, then the image that is not in training', () => {
  const shots = [
    image(0, { width: 101 }), // 1 % larger: the same size
    image(1, { sharpness: 2, split: 'train' }),
    image(2, { width: 300 }),
    image(3, { sharpness: 2, split: 'test' }),
    image(4, { width: 600, excluded: true }),
  ];
  const pairs: Pair[] = [1, 2, 3, 4].map((i) => [0, i, 0.99]);
  expect(stacksOf(report(shots, pairs), 0.9)[0]!.images.map(({ id }) => id)).toEqual([2, 3, 1, 0, 4]);
});

it('knows leaks and contradicting labels of included images only', () => {
  const shots = [
    image(0),
    image(1, { split: 'test' }),
    image(2),
    image(3, { className: 'b' }),
    image(4, { split: 'valid', content: 'c5' }),
    image(5, { split: 'test' }),
  ];
  const found = stacksOf(report(shots, [[0, 1, 0.95], [2, 3, 0.95], [4, 5, 1]]), 0.9); // prettier-ignore
  expect(found.map((stack) => [isLeak(stack), isContradicting(stack), stack.isExact, isDone(stack)])).toEqual([
    [true, false, false, false],
    [false, true, false, false],
    [false, false, true, false], // validation and test: no training image
  ]);
  expect(found.map(stackWords)).toEqual([
    '2 near duplicates, in training and in test',
    '2 near duplicates, of several classes',
    '2 images with the same pixels',
  ]);
  expect(sumText(found, { compared: 1000 })).toBe(
    '3 stacks of 6 images among 1,000: 1 with the same pixels, 2 near; 1 in training and in another split, 1 of several classes.',
  );
  shots[0]!.excluded = true;
  const [repaired] = stacksOf(report(shots, [[0, 1, 0.95]]), 0.9);
  expect([isLeak(repaired!), isDone(repaired!)]).toEqual([false, true]);
  expect(sumText([repaired!], { compared: 1000 })).toBe('No duplicates among 1,000 images, except 1 stack that is done.');
  expect(sumText([], { compared: 1000 })).toBe('No duplicates among 1,000 images.');
});
