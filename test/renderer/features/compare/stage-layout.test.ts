import { expect, test } from 'vitest';
import { stageLayout } from '../../../../src/renderer/features/compare/stage-layout.ts';

const STAGE = { width: 1010, height: 610 };
const layoutOf = (a: readonly [number, number], b: readonly [number, number]): string =>
  stageLayout(
    STAGE,
    [a, b].map(([width, height]) => ({ width, height })) as [{ width: number; height: number }, { width: number; height: number }],
    10,
  );

test('two images are side by side or stacked, whichever shows them larger', () => {
  expect(layoutOf([3000, 1000], [3000, 1000])).toBe('column'); // 900 × 300 each, against 500 × 167
  expect(layoutOf([600, 400], [600, 400])).toBe('row'); // 500 × 333 against 450 × 300
  expect(layoutOf([400, 600], [400, 600])).toBe('row'); // 400 × 600 against 200 × 300
  expect(layoutOf([3000, 1000], [400, 600])).toBe('row'); // 83,000 + 248,000 px² against 270,000 + 60,000
  expect(layoutOf([4000, 1000], [4000, 1000])).toBe('column');
});

test('an image is never measured in a stage without room', () => {
  expect(
    stageLayout(
      { width: 0, height: 0 },
      [
        { width: 3, height: 1 },
        { width: 3, height: 1 },
      ],
      10,
    ),
  ).toBe('row');
});

test('stacked images stay stacked when their captions take a few lines more', () => {
  const pair = [
    { width: 1000, height: 560 },
    { width: 1000, height: 560 },
  ] as const;
  const stage = { width: 700, height: 820 };
  expect(stageLayout(stage, pair, 10)).toBe('column');
  for (const height of [780, 740, 700]) expect(stageLayout({ width: 700, height }, pair, 10, 'column')).toBe('column');
  expect(stageLayout({ width: 1400, height: 400 }, pair, 10, 'column')).toBe('row');
});

test('a pair keeps its layout while captions are exchanged for tools and answers, which changes the height of the stage', () => {
  const pair = [
    { width: 1000, height: 700 },
    { width: 1000, height: 700 },
  ] as const;
  const maps = { width: 1000, height: 640 };
  expect(stageLayout(maps, pair, 10)).toBe('row');
  const edits = { width: 1000, height: 740 };
  expect(stageLayout(edits, pair, 10)).toBe('column'); // opened there, without a layout yet
  expect(stageLayout(edits, pair, 10, 'row')).toBe('row');
  expect(stageLayout(maps, pair, 10, 'column')).toBe('column');
  expect(stageLayout({ width: 700, height: 1000 }, pair, 10, 'row')).toBe('column'); // another window
});
