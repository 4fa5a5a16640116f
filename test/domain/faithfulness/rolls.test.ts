import { describe, expect, test } from 'vitest';
import { drawRolls, rollMap } from '../../../src/main/domain/faithfulness/rolls.ts';
import { randomFor } from '../../../src/shared/random.ts';

const map = (...rows: number[][]): Float32Array => Float32Array.from(rows.flat());
const NONE = { mirrored: false, turns: 0, down: 0, right: 0 };

describe('a roll', () => {
  const square = map([1, 2], [3, 4]);

  test.each([
    ['mirrors left to right', { ...NONE, mirrored: true }, map([2, 1], [4, 3])],
    ['turns anticlockwise', { ...NONE, turns: 1 }, map([2, 4], [1, 3])],
    ['turns twice', { ...NONE, turns: 2 }, map([4, 3], [2, 1])],
    ['shifts down and around', { ...NONE, down: 1 }, map([3, 4], [1, 2])],
    ['shifts right and around', { ...NONE, right: 1 }, map([2, 1], [4, 3])],
    ['mirrors, then turns, then shifts', { mirrored: true, turns: 1, down: 0, right: 1 }, map([3, 1], [4, 2])],
  ])('%s', (_, roll, expected) => {
    expect(Array.from(rollMap(square, 2, 2, roll))).toEqual(Array.from(expected));
  });

  test('turns a map that is not square by half turns only', () => {
    expect(Array.from(rollMap(map([1, 2, 3], [4, 5, 6]), 3, 2, { ...NONE, turns: 2 }))).toEqual([6, 5, 4, 3, 2, 1]);
    expect(drawRolls(3, 2, 200, randomFor(1, 'test')).every(({ turns }) => turns % 2 === 0)).toBe(true);
  });

  test('keeps the values and, except at the seam, the neighbours', () => {
    const grid = Float32Array.from({ length: 49 }, (_, i) => i);
    const isNeighbour = (a: number, b: number): boolean => {
      const [y, x] = [Math.abs(Math.floor(a / 7) - Math.floor(b / 7)), Math.abs((a % 7) - (b % 7))];
      return Math.min(y, 7 - y) + Math.min(x, 7 - x) === 1;
    };
    for (const roll of drawRolls(7, 7, 20, randomFor(2, 'test'))) {
      const rolled = rollMap(grid, 7, 7, roll);
      expect(Array.from(rolled).sort((a, b) => a - b)).toEqual(Array.from(grid));
      for (let i = 0; i < 48; i++) if (i % 7 < 6) expect(isNeighbour(rolled[i]!, rolled[i + 1]!)).toBe(true);
    }
  });

  test('is drawn from all symmetries, never the identity, the same from the same seed', () => {
    const draw = (seed: number): ReturnType<typeof drawRolls> => drawRolls(2, 2, 4000, randomFor(seed, 'test'));
    const kinds = new Map<string, number>();
    for (const roll of draw(3)) kinds.set(JSON.stringify(roll), (kinds.get(JSON.stringify(roll)) ?? 0) + 1);
    expect(kinds.size).toBe(2 * 4 * 2 * 2 - 1);
    expect(kinds.has(JSON.stringify(NONE))).toBe(false);
    for (const count of kinds.values()) expect(Math.abs(count - 4000 / 31)).toBeLessThan(5 * Math.sqrt(4000 / 31));
    expect(draw(3)).toEqual(draw(3));
    expect(draw(4)).not.toEqual(draw(3));
  });
});
