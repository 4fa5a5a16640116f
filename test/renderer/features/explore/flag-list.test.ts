import { expect, it } from 'vitest';
import {
  flaggedRows,
  histogramOf,
  positionOf,
  rowsAtBorder,
  rowsByFlag,
  valueAt,
} from '../../../../src/renderer/features/explore/quality/flag-list.ts';
import {
  bitsOf,
  type DatasetQuality,
  flagsIn,
  QUALITY_FLAGS,
  QUALITY_INFO,
  QUALITY_NUMBERS,
  type QualityNumber,
} from '../../../../src/shared/quality.ts';

const qualityOf = (rows: Partial<Record<QualityNumber, number>>[], excluded: number[] = []): DatasetQuality => ({
  ...{ dataset: 'd', ids: Int32Array.from(rows, (_, i) => 10 + i), measured: rows.length, chosen: {}, accepted: [] },
  excluded: Uint8Array.from(rows, (_, i) => Number(excluded.includes(i))),
  numbers: Float32Array.from(rows.flatMap((row) => QUALITY_NUMBERS.map((name) => row[name] ?? NaN))),
});

it('maps the range of each flag to 0..1 and back', () => {
  for (const flag of QUALITY_FLAGS) {
    const info = QUALITY_INFO[flag];
    expect([positionOf(info, info.least), positionOf(info, info.most)]).toEqual([0, 1]);
    expect(valueAt(info, positionOf(info, info.threshold)), flag).toBeCloseTo(info.threshold, 1);
    expect(positionOf(info, -5)).toBe(0);
  }
  expect(positionOf(QUALITY_INFO.blurred, Math.sqrt(0.01 * 1000))).toBeCloseTo(0.5, 6); // by the logarithm
});

it('lists rows with any or all of the flags, those of the shown flag and the farthest beyond the threshold first', () => {
  const quality = qualityOf([{ highlights: 30, aspect: 9 }, { highlights: 10 }, { highlights: 200, aspect: 5 }, { highlights: 20 }]);
  const bits = Uint8Array.of(bitsOf(['dark', 'odd-aspect']), bitsOf(['dark']), bitsOf(['odd-aspect']), 0);
  const both = ['dark', 'odd-aspect'] as const;
  expect(flaggedRows(quality, bits, { flags: ['dark'], combine: 'any', first: 'dark' })).toEqual([1, 0]);
  expect(flaggedRows(quality, bits, { flags: both, combine: 'any', first: 'dark' })).toEqual([1, 0, 2]);
  expect(flaggedRows(quality, bits, { flags: both, combine: 'all', first: 'dark' })).toEqual([0]);
  expect(flaggedRows(quality, bits, { flags: ['odd-aspect'], combine: 'any', first: 'odd-aspect' })).toEqual([0, 2]);
  expect(flaggedRows(quality, bits, { flags: both, combine: 'any', first: 'odd-aspect' })).toEqual([0, 2, 1]);
  expect(flaggedRows(quality, bits, { flags: both, combine: 'any', first: 'grey' })).toEqual([1, 0, 2]); // not by a number that is no flaw of them
});

it('names the flags of some rows with the rows that have each', () => {
  const bits = [bitsOf(['dark', 'odd-aspect']), bitsOf(['odd-aspect']), bitsOf(['grey'])];
  expect(rowsByFlag([1, 0], (row) => flagsIn(bits[row]!))).toEqual([
    { flag: 'dark', rows: [0] },
    { flag: 'odd-aspect', rows: [1, 0] },
  ]);
  expect(rowsByFlag([], () => ['dark'])).toEqual([]);
});

it('finds the rows on both sides of a threshold', () => {
  const quality = qualityOf([{ highlights: 90 }, {}, { highlights: 50 }, { highlights: 54 }, { highlights: 55 }, { highlights: 60 }]);
  expect(rowsAtBorder(quality, 'dark', 55, 1)).toEqual([3, 4]);
  expect(rowsAtBorder(quality, 'dark', 55, 2)).toEqual([2, 3, 4, 5]);
  expect(rowsAtBorder(quality, 'dark', 250, 2)).toEqual([5, 0]);
});

it('counts included images with a number', () => {
  const quality = qualityOf([{ highlights: 0 }, { highlights: 255 }, { highlights: 130 }, {}, { highlights: 0 }], [4]);
  expect(histogramOf(quality, 'dark', 2)).toEqual([1, 2]);
});
