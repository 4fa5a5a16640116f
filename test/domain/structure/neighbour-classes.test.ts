import { expect, test } from 'vitest';
import { neighbourClasses } from '../../../src/main/domain/structure/neighbour-classes.ts';

const ranked = (firstRank: number, nearest: number) => ({ relevant: 1, firstRank, rPrecision: 0, mapAtR: 0, averagePrecision: 0, nearest });

test('counts queries whose nearest image is of another class, and the share of right ones by class', () => {
  const classOf = [0, 1, 1, 2];
  const queries = [
    { from: 0, ranked: ranked(2, 1) },
    { from: 0, ranked: ranked(5, 2) },
    { from: 0, ranked: ranked(1, 3) }, // the same by another of its classes
    { from: 1, ranked: ranked(3, 3) },
  ];
  expect(neighbourClasses(queries, classOf, 3)).toEqual({
    confusions: [
      { from: 0, to: 1, queries: 2 },
      { from: 1, to: 2, queries: 1 },
    ],
    recall1: [1 / 3, 0, null],
  });
});
