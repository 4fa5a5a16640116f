import { describe, expect, test } from 'vitest';
import { linesOf, placeImages, pointOf, squareOf } from '../../../../../src/renderer/features/compare/matches/match-geometry.ts';
import { FIT_VIEW, zoomAt } from '../../../../../src/renderer/kit/zoom.ts';
import { evenPlacement } from '../../../../../src/shared/maps/placement.ts';
import type { CellPair, PairMatches } from '../../../../../src/shared/matches.ts';

const pair = { width: 2, height: 2, placement: evenPlacement(2, 2) } as PairMatches;
const images = [
  { width: 100, height: 100 },
  { width: 200, height: 100 },
] as const;
const gap = 10;
const match = (a: number, b: number): CellPair => ({ a, b, cosine: 0.5, share: 0.1, mutual: true });

describe('cells on the stage', () => {
  test('side by side and stacked: at their positions in the images, which are whole', () => {
    const row = placeImages({ width: 410, height: 200 }, images, { gap, layout: 'row', view: FIT_VIEW });
    expect(pointOf(pair, 0, row[0])).toEqual({ x: 50, y: 50 }); // 200 × 200 px
    expect(pointOf(pair, 3, row[1])).toEqual({ x: 210 + 150, y: 50 + 75 }); // 200 × 100 px, centred
    expect(squareOf(pair, 3, row[1])).toEqual({ x: 310, y: 100, width: 100, height: 50 });
    const column = placeImages({ width: 200, height: 210 }, images, { gap, layout: 'column', view: FIT_VIEW });
    expect(pointOf(pair, 0, column[0])).toEqual({ x: 50 + 25, y: 25 });
    expect(pointOf(pair, 3, column[1])).toEqual({ x: 150, y: 110 + 75 });
  });

  test('zoomed in, a line is drawn only if both of its ends are in view; numbers stay those of the table', () => {
    const stage = { width: 410, height: 200 };
    const zoomed = zoomAt(FIT_VIEW, { width: 200, height: 200 }, images[0], 4, 0, 0); // into the upper left corner
    const placed = placeImages(stage, images, { gap, layout: 'row', view: zoomed });
    expect(pointOf(pair, 3, placed[0])).toBeNull();
    const lines = linesOf(pair, [match(3, 0), match(0, 0)], placeImages(stage, images, { gap, layout: 'row', view: FIT_VIEW }), null);
    expect(lines.map(({ number }) => number)).toEqual([1, 2]);
    expect(linesOf(pair, [match(3, 0)], placed, null)).toEqual([]);
    const { from, to, label } = lines[1]!;
    expect((label!.x - from.x) / (to.x - from.x)).toBeCloseTo((label!.y - from.y) / (to.y - from.y), 12);
    const fromSpot = linesOf(pair, [match(0, 0)], placeImages(stage, images, { gap, layout: 'row', view: FIT_VIEW }), 0)[0]!;
    expect(fromSpot.label!.x).toBe(fromSpot.to.x);
    const square = squareOf(pair, 0, placed[0]);
    expect(square.x + square.width).toBeLessThanOrEqual(placed[0].pane.width); // cut to the pane
  });

  test('no share covers another: labels move along their lines, and those without room are left out', () => {
    const stage = { width: 410, height: 200 };
    const placed = placeImages(stage, images, { gap, layout: 'row', view: FIT_VIEW });
    const all = [0, 1, 2, 3].flatMap((a) => [0, 1, 2, 3].map((b) => match(a, b)));
    for (const side of [null, 0, 1] as const) {
      const labels = linesOf(pair, all, placed, side).flatMap(({ label }) => label ?? []);
      expect(labels.length).toBeGreaterThan(3);
      expect(labels.length).toBeLessThan(all.length);
      const clash = labels.some((one, i) => labels.slice(i + 1).some((other) => Math.abs(one.x - other.x) < 64 && Math.abs(one.y - other.y) < 15));
      expect(clash).toBe(false);
    }
    const roomy = placeImages({ width: 820, height: 400 }, images, { gap, layout: 'row', view: FIT_VIEW });
    expect(linesOf(pair, [match(0, 0), match(0, 0)], roomy, null).map(({ label }) => label !== null)).toEqual([true, true]); // moved
    expect(linesOf(pair, [match(0, 0), match(0, 0)], placed, 0).map(({ label }) => label !== null)).toEqual([true, false]);
  });
});
