import { describe, expect, it } from 'vitest';
import { strongestPart } from '../../../src/shared/maps/contour.ts';

/** A 12 x 12 map that is zero but for one cell. */
function single(value: number): { map: Float32Array; w: number; h: number } {
  const map = new Float32Array(144);
  map[5 * 12 + 5] = value;
  return { map, w: 12, h: 12 };
}

describe('the line around the strongest part', () => {
  it('encloses the visible part if evidence covers less than the requested area', () => {
    const { level, lines } = strongestPart(single(1), 240, 240, 1, 80);
    expect(level).toBeCloseTo(0.05, 6); // a twentieth of the scale, not zero, where the line would follow the edges of cells
    expect(lines).toHaveLength(1);
    // Bilinear: 1 - |distance in cells| along an axis, so 0.05 is reached 0.95 cells (of 20 px) from the centre at 110 px.
    const [xs, ys] = [lines[0]!.map(([x]) => x), lines[0]!.map(([, y]) => y)];
    for (const of of [xs, ys]) {
      expect(Math.min(...of)).toBeCloseTo(110 - 19, 0);
      expect(Math.max(...of)).toBeCloseTo(110 + 19, 0);
    }
  });

  it('encloses the requested share of the area, if the map is visible there', () => {
    const map = Float32Array.from({ length: 144 }, (_, i) => (i % 12) / 11); // rises from left to right
    const { level } = strongestPart({ map, w: 12, h: 12 }, 240, 240, 1, 75);
    expect(level).toBeGreaterThan(0.7);
    expect(level).toBeLessThan(0.8);
  });

  it('is omitted for a map too faint to be seen', () => {
    expect(strongestPart(single(0.09), 240, 240, 1, 80).lines).toEqual([]);
  });
});
