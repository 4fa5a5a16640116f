import { expect, it } from 'vitest';
import {
  contextOf,
  type DatasetQuality,
  flagBits,
  flagsIn,
  flagsOfDataset,
  QUALITY_INFO,
  QUALITY_NUMBERS,
  type QualityFlag,
  type QualityNumber,
  type QualityThresholds,
  thresholdsFor,
} from '../../src/shared/quality.ts';
import { flagSentence, greySetNote } from '../../src/shared/quality-words.ts';

/** An ordinary photograph of 500 × 400 px. */
const ORDINARY: Record<QualityNumber, number> = {
  ...{ sharpness: 20, highlights: 230, shadows: 20, entropy: 7.2, aspect: 1.25, side: 447, colour: 120, contrast: 60 },
};
const rowsOf = (...changes: Partial<Record<QualityNumber, number>>[]) => ({
  numbers: Float32Array.from(changes.flatMap((change) => QUALITY_NUMBERS.map((name) => ({ ...ORDINARY, ...change })[name]))),
});

function flagsOf(rows: { numbers: Float32Array }, chosen: Partial<QualityThresholds> = {}): QualityFlag[][] {
  const context = contextOf(rows, chosen.grey ?? QUALITY_INFO.grey.threshold);
  return Array.from(flagBits(rows, thresholdsFor(chosen, context), context), flagsIn);
}

it('flags numbers beyond a threshold, not those at it', () => {
  const { threshold } = QUALITY_INFO.dark;
  expect(flagsOf(rowsOf({}, { highlights: threshold - 1 }, { highlights: threshold }, { aspect: 4.1 }, { aspect: 4 }, { shadows: 213 }))).toEqual([
    [],
    ['dark'],
    [],
    ['odd-aspect'],
    [],
    ['bright'],
  ]);
});

it('names the cause only: a dark image has no detail, a uniform one no sharpness and no colour', () => {
  const nothing = { contrast: 0.2, sharpness: 0.1, entropy: 0.1, colour: 2 };
  expect(flagsOf(rowsOf({}, {}, {}, { ...nothing, highlights: 3 }, nothing, { sharpness: 0.1, entropy: 1 }))).toEqual([
    ...[[], [], []],
    ['dark', 'grey'],
    ['near-uniform'],
    ['blurred', 'low-information'],
  ]);
});

it('leaves out numbers that are not defined', () => {
  expect(flagsOf(rowsOf({ sharpness: NaN }, Object.fromEntries(QUALITY_NUMBERS.map((name) => [name, NaN]))))).toEqual([[], []]);
});

it('counts grey only among images that are mostly in colour', () => {
  const grey = { colour: 0 };
  expect(flagsOf(rowsOf(grey, {}, {}))).toEqual([['grey'], [], []]);
  expect(flagsOf(rowsOf(grey, grey, {}))).toEqual([[], [], []]);
  expect(greySetNote(contextOf(rowsOf(grey, grey, {}), 8))).toContain('67');
  expect(greySetNote(contextOf(rowsOf(grey, {}, {}), 8))).toBeNull();
});

it('takes images for tiny in comparison with the others', () => {
  const small = { side: 32 };
  expect(flagsOf(rowsOf({}, {}, small))).toEqual([[], [], ['tiny']]);
  expect(flagsOf(rowsOf(small, small, small, { side: 7 }))).toEqual([[], [], [], ['tiny']]);
  expect(flagsOf(rowsOf(small, small, {}), { tiny: 33 })).toEqual([['tiny'], ['tiny'], []]);
});

it('leaves out flags that a person accepted', () => {
  const rows = rowsOf({ highlights: 3 }, { highlights: 4, aspect: 9 });
  const quality: DatasetQuality = {
    ...{ dataset: 'd', ids: Int32Array.of(5, 8), measured: 2, excluded: new Uint8Array(2), chosen: {} },
    ...{ accepted: [{ image: 8, flag: 'dark' }], numbers: rows.numbers },
  };
  const context = contextOf(rows, 8);
  expect(Array.from(flagsOfDataset(quality, thresholdsFor({}, context), context), flagsIn)).toEqual([['dark'], ['odd-aspect']]);
});

it('says what was measured', () => {
  expect(flagSentence({ flag: 'dark', value: 31, threshold: 55 }).replaceAll('\u00a0', ' ')).toBe(
    'Dark: 99 % of the pixels have a brightness of at most 31 of 255 (threshold 55 of 255).',
  );
});
