import { expect, test } from 'vitest';
import { NBSP } from '../../src/shared/format.ts';
import { shareWithInterval } from '../../src/shared/interval-words.ts';

test('a share and its interval have the same digits', () => {
  const plain = (...[value, interval]: Parameters<typeof shareWithInterval>): string => shareWithInterval(value, interval).replaceAll(NBSP, ' ');
  expect(plain(0.786, [0.439, 0.945])).toBe('78.6 % (43.9 % to 94.5 %)');
  expect(plain(0.786, [0.44, 0.8])).toBe('79 % (44 % to 80 %)');
  expect(plain(0.786, undefined)).toBe('79 %');
});
