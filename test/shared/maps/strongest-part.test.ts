import { describe, expect, it } from 'vitest';
import { type Point, strongestPart } from '../../../src/shared/maps/contour.ts';

const SIDE = 240; // px of the image
const CELLS = 24;
const CELL_AREA = 1 / CELLS ** 2; // of the image

/** A map [CELLS, CELLS] of a function of the position of the cell's centre, 0..1 across and down. */
function mapOf(value: (u: number, v: number) => number): { map: Float32Array; w: number; h: number } {
  const map = Float32Array.from({ length: CELLS ** 2 }, (_, i) => value(((i % CELLS) + 0.5) / CELLS, (Math.floor(i / CELLS) + 0.5) / CELLS));
  return { map, w: CELLS, h: CELLS };
}

/** Share of the image inside closed lines, by the shoelace formula. */
const enclosed = (lines: readonly Point[][]): number =>
  lines.reduce((sum, line) => {
    expect(line[0]).toEqual(line.at(-1));
    const twice = line.slice(1).reduce((area, [x, y], i) => area + line[i]![0] * y - x * line[i]![1], 0);
    return sum + Math.abs(twice) / 2;
  }, 0) /
  SIDE ** 2;

describe('the line around the strongest part', () => {
  const bump = mapOf((u, v) => Math.exp(-((u - 0.5) ** 2 + (v - 0.4) ** 2) / 0.05));

  it.each([0.05, 0.1, 0.2, 0.3])('encloses %d of the area, within a cell: a circle around a bump', (share) => {
    const { above, below, area, level } = strongestPart(bump, SIDE, SIDE, share);
    expect(below).toEqual([]);
    expect(above).toHaveLength(1);
    expect(Math.abs(enclosed(above) - share)).toBeLessThan(CELL_AREA);
    expect(Math.abs(area - share)).toBeLessThan(CELL_AREA);
    // A circle of radius r has the area pi r² = share. Interpolation lowers a bump of this width by up to 0.01.
    expect(Math.abs(level - Math.exp(-share / Math.PI / 0.05))).toBeLessThan(0.01);
  });

  it('encloses the same part whatever the unit of the values', () => {
    const [a, b] = [1, 1e-3].map((unit) => strongestPart({ ...bump, map: bump.map.map((s) => unit * s) }, SIDE, SIDE, 0.2));
    expect(b!.level).toBeCloseTo(1e-3 * a!.level, 6);
    expect(Math.abs(enclosed(b!.above) - enclosed(a!.above))).toBeLessThan(CELL_AREA);
  });

  it('never encloses a plateau of zeros, although less of the image has evidence than the requested share', () => {
    const single = mapOf((u, v) => (Math.floor(u * CELLS) === 10 && Math.floor(v * CELLS) === 10 ? 1 : 0));
    const { above, area } = strongestPart(single, SIDE, SIDE, 0.5);
    expect(above).toHaveLength(1);
    // Bilinear: 1 - |distance in cells| along an axis, so 0.05 of the largest is 0.95 cells from the centre.
    for (const [x, y] of above[0]!) expect(Math.max(Math.abs(x - 105), Math.abs(y - 105))).toBeLessThanOrEqual(9.6);
    expect(area).toBeLessThan(4 * CELL_AREA);
  });

  it('draws none in a map that is the same everywhere, or empty', () => {
    for (const value of [0, 0.7, -0.7])
      expect(
        strongestPart(
          mapOf(() => value),
          SIDE,
          SIDE,
          0.2,
        ),
      ).toMatchObject({ area: 0, above: [], below: [] });
  });

  it('encloses both signs of a signed map at one level, together the requested share', () => {
    const two = mapOf((u, v) => Math.exp(-((u - 0.25) ** 2 + (v - 0.5) ** 2) / 0.02) - 0.8 * Math.exp(-((u - 0.75) ** 2 + (v - 0.5) ** 2) / 0.02));
    const { above, below, level } = strongestPart(two, SIDE, SIDE, 0.2);
    const areas = [enclosed(above), enclosed(below)] as const;
    expect(Math.abs(areas[0] + areas[1] - 0.2)).toBeLessThan(2 * CELL_AREA);
    // Radius² = 0.02 ln(peak / level), so the areas differ by pi 0.02 ln(1 / 0.8).
    expect(areas[0] - areas[1]).toBeCloseTo(Math.PI * 0.02 * Math.log(1 / 0.8), 2);
    expect(level).toBeGreaterThan(0);
    expect(above.flat().every(([x]) => x < SIDE / 2)).toBe(true);
    expect(below.flat().every(([x]) => x > SIDE / 2)).toBe(true);
  });
});
