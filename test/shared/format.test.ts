import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  aucText,
  countText,
  distancePair,
  fileNames,
  percentTexts,
  distanceText,
  bytesText,
  durationText,
  fileName,
  listText,
  plural,
  percentText,
  probabilityText,
  settingText,
  threeDigits,
  timeText,
} from '../../src/shared/format.ts';

test('plurals', () => {
  expect(['image', 'class', 'batch', 'epoch', 'property', 'day'].map(plural)).toEqual([
    ...['images', 'classes', 'batches', 'epochs', 'properties', 'days'],
  ]);
});

describe('distances', () => {
  test('have two decimals, and small ones two figures', () => {
    expect([1.6342, 0.91, 0, 12, 0.0123, 0.00012, NaN].map(distanceText)).toEqual(['1.63', '0.91', '0.00', '12.00', '0.012', '0.00012', '–']);
  });

  test('a pair has enough decimals to differ', () => {
    expect(distancePair(1.63, 0.91)).toEqual(['1.63', '0.91']);
    expect(distancePair(0.912, 0.908)).toEqual(['0.912', '0.908']);
    expect(distancePair(0.5, 0.5)).toEqual(['0.50', '0.50']);
    expect(distancePair(0, 0.91)).toEqual(['0.00', '0.91']);
  });

  test('two that differ visibly have their true order', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3_000_000 }), fc.integer({ min: 0, max: 3_000_000 }), (a, b) => {
        fc.pre(a !== b);
        const [x, y] = distancePair(a / 1e6, b / 1e6).map(Number);
        expect(x < y).toBe(a < b);
        expect(x).not.toBe(y);
      }),
    );
  });
});

describe('shares', () => {
  test('in percent, finer towards the ends', () => {
    expect([0.5, 0.97, 0.084, 0.004, 0.9].map(percentText)).toEqual(['50\u00a0%', '97.0\u00a0%', '8.4\u00a0%', '0.4\u00a0%', '90\u00a0%']);
  });

  test('a probability is in whole percent and never 0 % or 100 %', () => {
    const texts = [0, 0.0099, 0.0101, 0.424, 0.9899, 0.9901, 1].map((p) => probabilityText(p).replaceAll('\u00a0', ' '));
    expect(texts).toEqual(['< 1 %', '< 1 %', '1 %', '42 %', '99 %', '> 99 %', '> 99 %']);
    expect(probabilityText(NaN)).toBe(percentText(NaN));
  });

  test('0 % and 100 % are exact', () => {
    expect([0, 1, 1e-5, 1 - 1e-5].map(percentText)).toEqual(['0\u00a0%', '100\u00a0%', '<\u00a00.1\u00a0%', '>\u00a099.9\u00a0%']);
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true, minExcluded: true, maxExcluded: true }), (share) => {
        expect(['0\u00a0%', '0.0\u00a0%', '100\u00a0%', '100.0\u00a0%']).not.toContain(percentText(share));
      }),
    );
  });

  test('an AUC of 1.000 is shown only for exactly 1', () => {
    expect([0.9534, 1, 0.99999, 0.5].map(aucText)).toEqual(['0.953', '1.000', '>\u00a00.999', '0.500']);
  });
});

test('settings are plain numbers', () => {
  expect([0.001, 3e-5, 1e-7, 2, 0.1 + 0.2, -0.5].map(settingText)).toEqual(['0.001', '0.00003', '0.0000001', '2', '0.3', '\u22120.5']);
  expect(settingText(1e-300)).toBe('1e\u2212300');
});

test('counts, durations and times', () => {
  expect(countText(4317)).toBe('4,317');
  expect([0, 999, 1000, -1234567, 1e21, 1234.5].map(countText)).toEqual([
    '0',
    '999',
    '1,000',
    '-1,234,567',
    '1,000,000,000,000,000,000,000',
    '1,234.5',
  ]);
  fc.assert(fc.property(fc.maxSafeInteger(), (n) => countText(n) === (n + 0).toLocaleString('en-US')));
  expect([3.04, 59.6, 733, 3600, 7325].map((s) => durationText(s).replaceAll('\u00a0', ' '))).toEqual([
    '3.0 s',
    '1 min',
    '12 min 13 s',
    '1 h',
    '2 h 2 min',
  ]);
  expect(timeText(Date.UTC(2026, 10, 4, 9, 5))).toBe('4 November 2026, 09:05 UTC');
});

test('file names are the last part of any path', () => {
  expect(['/a/b c/d.jpg', 'C:\\a\\b.jpg', '\\\\host\\share\\x.png', 'C:/a/b.jpg', '/a/back\\slash.jpg', 'plain.png'].map(fileName)).toEqual([
    'd.jpg',
    'b.jpg',
    'x.png',
    'b.jpg',
    'back\\slash.jpg',
    'plain.png',
  ]);
});

describe('three digits', () => {
  test.each([
    [0, '0'],
    [0.7, '0.700'],
    [1.4, '1.40'],
    [0.03125, '0.0313'],
    [999.6, '1000'],
    [1234, '1230'],
    [1.2e-5, '1.20e−5'],
    [-2.5, '−2.50'],
    [3.21e7, '3.21e7'],
    [Number.NaN, '0'],
  ])('writes %d with three digits as %s', (value, text) => {
    expect(threeDigits(value)).toBe(text);
  });
});

test('sizes of files: 0 only for an empty file', () => {
  expect([0, 1, 40_300, 999_000, 1_440_000, 46_807_446, 2e9, 1.5e11].map((n) => bytesText(n).replaceAll('\u00a0', ' '))).toEqual([
    '0 kB',
    '1 kB',
    '41 kB',
    '999 kB',
    '1.4 MB',
    '47 MB',
    '2.0 GB',
    '150 GB',
  ]);
});

test('percentages of one row have the same digits', () => {
  const plain = (...shares: number[]): string[] => percentTexts(shares).map((text) => text.replaceAll('\u00a0', ' '));
  expect(plain(0.974, 0.86)).toEqual(['97.4 %', '86.0 %']);
  expect(plain(0.86, 0.12)).toEqual(['86 %', '12 %']);
  expect(plain(1, 0.86, 0)).toEqual(['100 %', '86 %', '0 %']);
  expect(plain(0.0005, 0.5)).toEqual(['< 0.1 %', '50.0 %']);
});

test('file names of one name are distinguished by folders', () => {
  expect(fileNames('/a/rose/1.jpg', '/a/tulip/1.jpg')).toEqual(['rose/1.jpg', 'tulip/1.jpg']);
  expect(fileNames('/a/rose/1.jpg', '/a/rose/2.jpg')).toEqual(['1.jpg', '2.jpg']);
  expect(fileNames('/a/x/rose/1.jpg', '/a/y/rose/1.jpg')).toEqual(['x/rose/1.jpg', 'y/rose/1.jpg']);
  expect(fileNames('C:\\a\\rose\\1.jpg', 'C:\\a\\tulip\\1.jpg')).toEqual(['rose/1.jpg', 'tulip/1.jpg']);
  expect(fileNames('/a/1.jpg', '/a/1.jpg')).toEqual(['1.jpg', '1.jpg']);
});

test('a list in a sentence has commas and one word before its end', () => {
  expect([['a'], ['a', 'b'], ['a', 'b', 'c']].map((items) => listText(items))).toEqual(['a', 'a and b', 'a, b and c']);
  expect(listText(['a', 'b', 'c'], 'or')).toBe('a, b or c');
});
