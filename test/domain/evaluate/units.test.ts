import { expect, test } from 'vitest';
import { imageUnitsOfPairs, unitsOf, unitsOfPairs } from '../../../src/main/domain/evaluate/units.ts';

const image = (content: string, group: string | null = null) => ({ content, group });

test('units are images, and copies of an image are one', () => {
  const units = unitsOf([image('x'), image('y'), image('x')]);
  expect(units).toEqual({ over: 'images', of: Uint32Array.of(0, 1, 0) });
  const pairs = [
    { a: 7, b: 5 },
    { a: 5, b: 9 },
  ];
  expect(unitsOfPairs(pairs, [5, 7, 9], units)).toEqual({ over: 'images', count: 2, a: Uint32Array.of(0, 1), b: Uint32Array.of(1, 1) });
});

test('units are groups where there are any; an image without one counts as its own', () => {
  expect(unitsOf([image('x', 'anna'), image('y', 'anna'), image('z'), image('anna')])).toEqual({ over: 'groups', of: Uint32Array.of(0, 0, 1, 2) });
});

test('only units that occur in the pairs count', () => {
  expect(imageUnitsOfPairs([{ a: 100, b: 3 }]).count).toBe(2);
});
