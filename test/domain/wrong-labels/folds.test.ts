import { expect, test } from 'vitest';
import { FOLDS, stratifiedFolds, unitsOf, unitsPerClass } from '../../../src/main/domain/wrong-labels/folds.ts';
import { randomFor } from '../../../src/shared/random.ts';

const N = 300;
const random = randomFor(2, 'folds');
const classOf = Int32Array.from({ length: N }, (_, i) => (i < 200 ? 0 : i < 280 ? 1 : 2));
const groups = Array.from({ length: N }, () => (random.below(3) === 0 ? `g${random.below(40)}` : null));
const contents = Array.from({ length: N }, (_, i) => `c${i % 290}`);
const units = unitsOf(N, [groups, contents], [[5, 207]]);

test('images of a group, of equal content or of a link are one unit, also through each other', () => {
  expect(units[5]).toBe(units[207]);
  for (let i = 0; i < 10; i++) expect(units[i]).toBe(units[i + 290]);
  const first = new Map<string, number>();
  groups.forEach((group, i) => {
    if (group === null) return;
    const other = first.get(group) ?? i;
    first.set(group, other);
    expect(units[i]).toBe(units[other]);
  });
  expect(
    unitsOf(4, [
      ['a', 'b', null, null],
      [1, 2, 2, 3],
    ]),
  ).toEqual(Int32Array.of(0, 1, 1, 2));
  expect(
    unitsOf(4, [
      ['a', 'b', 'a', null],
      [1, 2, 2, 3],
    ]),
  ).toEqual(Int32Array.of(0, 0, 0, 1));
});

test('a unit is in one fold, and each class about evenly in all', () => {
  const folds = stratifiedFolds(classOf, units, 3, randomFor(1, 'test'));
  units.forEach((unit, i) => expect(folds[i]).toBe(folds[units.indexOf(unit)]));
  for (const [j, size] of [200, 80, 20].entries()) {
    for (let f = 0; f < FOLDS; f++) {
      const count = folds.reduce((sum, fold, i) => sum + Number(fold === f && classOf[i] === j), 0);
      expect(Math.abs(count - size / FOLDS)).toBeLessThanOrEqual(Math.max(3, 0.2 * (size / FOLDS)));
    }
  }
});

test('the seed decides, and nothing else', () => {
  const of = (seed: number): Uint8Array => stratifiedFolds(classOf, units, 3, randomFor(seed, 'test'));
  expect(of(1)).toEqual(of(1));
  expect(of(2)).not.toEqual(of(1));
});

test('counts the units of a class', () => {
  expect(unitsPerClass(Int32Array.of(0, 0, 1, 1, 1), Int32Array.of(0, 0, 1, 2, 0), 3)).toEqual(Int32Array.of(1, 3, 0));
});
