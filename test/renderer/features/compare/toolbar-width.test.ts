import { expect, test } from 'vitest';
import { controlsInRow, MAP_CONTROLS } from '../../../../src/renderer/features/compare/toolbar-width.ts';

test('the number of controls grows with the width, from none to all', () => {
  const counts = Array.from({ length: 1500 }, (_, width) => controlsInRow(width));
  expect(counts).toEqual(counts.toSorted((a, b) => a - b));
  expect([counts[0], counts.at(-1)]).toEqual([0, MAP_CONTROLS.length]);
  expect(new Set(counts).size).toBe(MAP_CONTROLS.length + 1); // each number of them has its width
});
