import { expect, test } from 'vitest';
import { byNaturalOrder } from '../../src/shared/natural-order.ts';

test('numbers in names are compared by value', () => {
  const names = ['10', '2', '1', '01', '100', 'grade 10', 'grade 2', 'grade', 'b', 'a', 'A', '2b', '2a', '99999999999999999999', '1.10', '1.9'];
  expect(names.sort(byNaturalOrder)).toEqual([
    '01',
    '1',
    '1.9',
    '1.10',
    '2',
    '2a',
    '2b',
    '10',
    '100',
    '99999999999999999999',
    'A',
    'a',
    'b',
    'grade',
    'grade 2',
    'grade 10',
  ]);
});

test('the order is total: equal only for equal names', () => {
  for (const [a, b] of [
    ['1', '01'],
    ['x1', 'x01'],
    ['', 'a'],
  ] as const) {
    expect(Math.sign(byNaturalOrder(a, b))).toBe(-Math.sign(byNaturalOrder(b, a)));
    expect(byNaturalOrder(a, b)).not.toBe(0);
  }
  expect(byNaturalOrder('a1', 'a1')).toBe(0);
});
