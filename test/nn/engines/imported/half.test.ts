import { expect, test } from 'vitest';
import { fromHalves, halfOf, halvesOf } from '../../../../src/main/nn/engines/imported/half.ts';

test('every half is its own nearest half', () => {
  const halves = Uint16Array.from({ length: 65536 }, (_, bits) => bits);
  const again = halvesOf(fromHalves(halves));
  const isNan = (bits: number): boolean => (bits & 0x7fff) > 0x7c00;
  expect(again.every((bits, i) => bits === i || (isNan(bits) && isNan(i)))).toBe(true);
});

test('rounds to the nearest, ties to even', () => {
  const half = (value: number): number => fromHalves(Uint16Array.of(halfOf(value)))[0]!;
  expect(half(1 + 2 ** -11)).toBe(1); // in the middle of 1 and 1 + 2^-10
  expect(half(1 + 3 * 2 ** -11)).toBe(1 + 2 ** -9);
  expect(half(1 + 2 ** -11 + 2 ** -20)).toBe(1 + 2 ** -10);
  expect(half(65519)).toBe(65504);
  expect(half(65520)).toBe(Infinity);
  expect(half(-(2 ** -24))).toBe(-(2 ** -24));
  expect(half(2 ** -25)).toBe(0);
  expect(half(3 * 2 ** -25)).toBe(2 ** -23);
});
