import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { linesOf, TILE_HEIGHTS, tileHeights } from '../../../src/main/features/report/page-budget.ts';

describe('space on a printed page', () => {
  test('a line holds as many characters as its width, fewer wide ones, and breaks where the text does', () => {
    const at = (text: string): number => linesOf({ text, width: 180, size: 9 });
    expect([at(''), at('a'), at('a'.repeat(80)), at('a'.repeat(160)), at('花'.repeat(80)), at('a\n\nb')]).toEqual([1, 1, 1, 2, 2, 3]);
  });

  test('images fill the space: both at full width if they fit, else the higher one is reduced first', () => {
    const landscape = 58 / (4 / 3);
    expect(tileHeights([4 / 3, 4 / 3], 200)).toEqual([landscape, landscape]);
    expect(tileHeights([4 / 3, 3 / 4], 200)).toEqual([landscape, TILE_HEIGHTS.max]);
    expect(tileHeights([4 / 3, 3 / 4], 100)).toEqual([landscape, 100 - landscape]);
    expect(tileHeights([3 / 4, 3 / 4], 100)).toEqual([50, 50]);
    expect(tileHeights([4, 3 / 4], -20)).toEqual([58 / 4, TILE_HEIGHTS.min]);
  });

  test('images never take more than the space, unless that makes them smaller than the minimum', () => {
    const ratio = fc.double({ min: 0.1, max: 10, noNaN: true });
    fc.assert(
      fc.property(ratio, ratio, fc.double({ min: -50, max: 300, noNaN: true }), (a, b, space) => {
        const heights = tileHeights([a, b], space);
        const [first, second] = heights;
        expect(first + second).toBeLessThanOrEqual(Math.max(space, 2 * TILE_HEIGHTS.min) + 1e-9);
        for (const height of heights) expect(height).toBeGreaterThan(0);
      }),
    );
  });
});
