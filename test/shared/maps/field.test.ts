import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contourLines, percentile, type Point, strongestPart } from '../../../src/shared/maps/contour.ts';
import { evidencePosition } from '../../../src/shared/maps/evidence.ts';
import { cellAt, cellField, resample, valueAt } from '../../../src/shared/maps/field.ts';
import { signedToKinds } from '../../../src/shared/maps/kinds.ts';

describe('signedToKinds', () => {
  const signed = Float32Array.of(0.5, -0.25, 0, -2, 3);
  const up = Float32Array.of(0.5, 0, 0, 0, 3);
  const down = Float32Array.of(0, 0.25, 0, 2, 0);
  it.each([
    ['different', 'verdict', up, down],
    ['same', 'verdict', down, up],
    ['different', 'distance', up, down],
    ['same', 'distance', up, down],
  ] as const)('%s, target %s', (verdict, target, factual, counterfactual) => {
    expect(signedToKinds(signed, verdict, target)).toEqual({ factual, counterfactual });
  });
});

describe('resample', () => {
  const maps = fc
    .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }))
    .chain(([w, h]) =>
      fc.record({ w: fc.constant(w), h: fc.constant(h), map: fc.float32Array({ min: 0, max: 8, noNaN: true, minLength: w * h, maxLength: w * h }) }),
    );

  it('is the identity at the map’s own size, preserves a constant, and stays between minimum and maximum', () => {
    fc.assert(
      fc.property(maps, fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 30 }), ({ w, h, map }, bigW, bigH) => {
        expect(resample({ map, w, h }, w, h)).toEqual(map);
        const big = resample({ map, w, h }, bigW, bigH);
        expect(big).toHaveLength(bigW * bigH);
        expect(Math.min(...big)).toBeGreaterThanOrEqual(Math.min(...map) - 1e-5);
        expect(Math.max(...big)).toBeLessThanOrEqual(Math.max(...map) + 1e-5);
        for (const v of resample({ map: map.fill(3.5), w, h }, bigW, bigH)) expect(v).toBeCloseTo(3.5, 6);
      }),
    );
  });

  it('centres each cell on its area: a one-hot map peaks at, and is symmetric about, the middle of its cell', () => {
    const [w, h, factor] = [7, 5, 9];
    for (let cy = 1; cy < h - 1; cy++) {
      for (let cx = 1; cx < w - 1; cx++) {
        const map = new Float32Array(w * h);
        map[cy * w + cx] = 1;
        const big = resample({ map, w, h }, w * factor, h * factor);
        let [sum, mx, my] = [0, 0, 0];
        for (const [i, v] of big.entries()) {
          sum += v;
          mx += v * ((i % (w * factor)) + 0.5);
          my += v * (Math.floor(i / (w * factor)) + 0.5);
        }
        expect(sum).toBeCloseTo(factor * factor, 3); // no evidence is made or lost
        expect(mx / sum).toBeCloseTo((cx + 0.5) * factor, 4);
        expect(my / sum).toBeCloseTo((cy + 0.5) * factor, 4);
        expect(big[Math.floor((cy + 0.5) * factor) * w * factor + Math.floor((cx + 0.5) * factor)]).toBeCloseTo(1, 6);
      }
    }
  });

  it('is linear between cell centres', () => {
    const big = resample({ map: Float32Array.of(0, 1, 2, 3), w: 4, h: 1 }, 40, 1);
    for (let x = 5; x < 35; x++) expect(big[x]).toBeCloseTo((x + 0.5) / 10 - 0.5, 5);
    expect(big[0]).toBe(0);
    expect(big[39]).toBe(3);
  });
});

describe('valueAt', () => {
  it('equals the enlarged map at every pixel', () => {
    const [w, h, W, H] = [5, 3, 47, 31];
    const map = Float32Array.from({ length: w * h }, (_, i) => Math.sin(7 * i));
    const big = resample({ map, w, h }, W, H);
    for (let y = 0; y < H; y++)
      for (let x = 0; x < W; x++) expect(valueAt({ map, w, h }, (x + 0.5) / W, (y + 0.5) / H)).toBeCloseTo(big[y * W + x]!, 5);
  });

  it('is the cell’s value at its centre, and the border’s value at and beyond the border', () => {
    const cells = { map: Float32Array.of(1, 2, 3, 4), w: 2, h: 2 };
    expect([valueAt(cells, 0.25, 0.25), valueAt(cells, 0.75, 0.75), valueAt(cells, 0.5, 0.5)]).toEqual([1, 4, 2.5]);
    expect([valueAt(cells, 0, 0), valueAt(cells, 1, 1), valueAt(cells, -3, 9)]).toEqual([1, 4, 3]);
  });
});

describe('cells that do not divide the image evenly', () => {
  const [w, h, W, H] = [4, 3, 80, 60];
  const map = Float32Array.from({ length: w * h }, (_, i) => Math.sin(7 * i));
  // As in a network with padding on all sides: the first cell is at the first pixel, the last one far from the edge.
  const placement = { across: { first: 0.5 / W, step: 1 / w }, down: { first: 0.1, step: 0.25 } };
  const cells = { map, w, h, placement };
  const middles = map
    .map((_, i) => i)
    .reduce<[number, number, number][]>((all, i) => [...all, [(i % w) / w + 0.5 / W, 0.1 + Math.floor(i / w) * 0.25, map[i]!]], []);

  it('have their values at their centres: enlarged, under the pointer, and as cells', () => {
    for (const [u, v, value] of middles) {
      expect(valueAt(cells, u, v)).toBeCloseTo(value, 6);
      expect(cellAt(cells, u, v)).toBe(value);
      expect(cellAt(cells, u + 0.12, v - 0.12)).toBe(value); // within half a step
    }
    const [big, raw] = [resample(cells, W, H), cellField(cells, W, H)];
    for (let y = 0; y < H; y++) {
      for (let x = 0; x < W; x++) {
        const [u, v] = [(x + 0.5) / W, (y + 0.5) / H];
        expect(valueAt(cells, u, v)).toBeCloseTo(big[y * W + x]!, 5);
        expect(cellAt(cells, u, v)).toBe(raw[y * W + x]);
      }
    }
    expect(big[0]).toBe(map[0]);
    expect(raw[W * H - 1]).toBe(map.at(-1));
  });

  it('resampled to their own positions are the map itself', () => {
    expect(resample(cells, w, h, placement)).toEqual(map);
  });

  it('move contour and location with them: a spot in the first cell is at the corner', () => {
    const spot = { map: map.map((_, i) => Number(i === 0)), w, h };
    const right = (path: readonly (readonly Point[])[]): number => Math.max(...path.flat().map(([x]) => x));
    const [even, placed] = [strongestPart(spot, W, H, 0.5), strongestPart({ ...spot, placement }, W, H, 0.5)];
    expect(right(even.above) - right(placed.above)).toBeGreaterThan(0.3 * (W / w)); // nearly half a cell
    expect(evidencePosition({ ...spot, placement }, W, H)!.strongest).toMatchObject({ u: 0.5 / W, v: 0.1 });
    expect(evidencePosition(spot, W, H)!.strongest).toMatchObject({ u: 0.5 / w, v: 0.5 / h });
  });
});

describe('contour', () => {
  it('percentile equals numpy’s: linear between the closest ranks', () => {
    const values = Float32Array.of(4, 1, 3, 2);
    expect([0, 50, 90, 100].map((p) => Number(percentile(values, p).toFixed(5)))).toEqual([1, 2.5, 3.7, 4]);
    expect(percentile(new Float32Array(), 90)).toBe(0);
  });

  it('percentile is that of the sorted values, which stay as they are', () => {
    const level = fc.oneof(fc.integer({ min: 0, max: 4 }), fc.float({ noNaN: true, min: -1e6, max: 1e6 })).map((x) => (x === 0 ? 0 : x)); // with ties, without −0
    fc.assert(
      fc.property(fc.array(level, { minLength: 1, maxLength: 60 }), fc.double({ min: 0, max: 100, noNaN: true }), (list, percent) => {
        const values = Float32Array.from(list);
        const sorted = values.toSorted();
        const rank = (percent / 100) * (sorted.length - 1);
        const [low, high] = [sorted[Math.floor(rank)]!, sorted[Math.min(sorted.length - 1, Math.floor(rank) + 1)]!];
        expect(percentile(values, percent)).toBe(low + (high - low) * (rank - Math.floor(rank)));
        expect(values).toEqual(Float32Array.from(list));
      }),
    );
  });

  const field = (w: number, h: number, f: (x: number, y: number) => number): Float32Array =>
    Float32Array.from({ length: w * h }, (_, i) => f((i % w) + 0.5, Math.floor(i / w) + 0.5));

  it('of a cone is one closed circle of the right radius', () => {
    const cone = field(64, 64, (x, y) => 40 - Math.hypot(x - 30, y - 33));
    const lines = contourLines(cone, 64, 64, 20);
    expect(lines).toHaveLength(1);
    expect(lines[0]!.at(-1)).toEqual(lines[0]![0]);
    for (const [x, y] of lines[0]!) expect(Math.hypot(x - 30, y - 33)).toBeCloseTo(20, 1);
  });

  it('two hills get two lines; one at the border gets an open line; a plain field none', () => {
    const hills = field(60, 40, (x, y) => Math.max(10 - Math.hypot(x - 15, y - 20), 10 - Math.hypot(x - 45, y - 20)));
    expect(contourLines(hills, 60, 40, 5)).toHaveLength(2);
    const border = contourLines(
      field(40, 40, (x) => x),
      40,
      40,
      20,
    );
    expect(border).toHaveLength(1);
    expect(border[0]!.every(([x]) => Math.abs(x - 20) < 1e-4)).toBe(true);
    expect(border[0]).toHaveLength(40);
    expect(contourLines(new Float32Array(100), 10, 10, 0)).toEqual([]);
  });

  it('follows every crossed grid edge exactly once, whatever the values', () => {
    const grids = fc.tuple(fc.integer({ min: 2, max: 9 }), fc.integer({ min: 2, max: 9 })).chain(([w, h]) =>
      fc.record({
        w: fc.constant(w),
        h: fc.constant(h),
        values: fc.float32Array({ min: 0, max: 1, noNaN: true, minLength: w * h, maxLength: w * h }),
      }),
    );
    fc.assert(
      fc.property(grids, ({ w, h, values }) => {
        const level = 0.5;
        let crossed = 0;
        for (let y = 0; y < h; y++) {
          for (let x = 0; x < w; x++) {
            const i = y * w + x;
            if (x + 1 < w && values[i]! > level !== values[i + 1]! > level) crossed++;
            if (y + 1 < h && values[i]! > level !== values[i + w]! > level) crossed++;
          }
        }
        const isClosed = (line: readonly (readonly number[])[]): boolean => line.length > 2 && line[0] === line.at(-1);
        const points = contourLines(values, w, h, level).reduce((n, line) => n + line.length - (isClosed(line) ? 1 : 0), 0);
        expect(points).toBe(crossed);
      }),
    );
  });
});
