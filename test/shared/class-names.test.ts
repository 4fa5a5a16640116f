import { expect, test } from 'vitest';
import { classMerges, lookAlikes } from '../../src/shared/class-names.ts';

const classes = (counts: Record<string, number>): Parameters<typeof classMerges>[0] =>
  Object.entries(counts).map(([className, included]) => ({ className, included, excluded: 0 }));

test('look-alikes are merged into the class with most images whose name has no spaces around it', () => {
  expect(classMerges(classes({ Oak: 8, oak: 9, 'Oak ': 20, Pine: 5 }))).toEqual([{ into: 'oak', others: ['Oak', 'Oak '], images: 28 }]);
  expect(classMerges(classes({ 'Oak ': 3, ' Oak': 2 }))).toEqual([{ into: 'Oak', others: ['Oak ', ' Oak'], images: 5 }]);
});

test('names that differ by a sign, or by a superscript, are no look-alikes', () => {
  expect(lookAlikes(['-1', '1', 'B-', 'B', '_', '-', 'x²', 'x2', 'Ⅳ', 'IV', 'C++', 'C'])).toEqual([]);
  expect(lookAlikes(['red-oak', 'Red_Oak', 'red  oak'])).toHaveLength(1);
});

test('a class whose images were all relabelled no longer counts', () => {
  expect(classMerges(classes({ Oak: 17, oak: 0 }))).toEqual([]);
});
