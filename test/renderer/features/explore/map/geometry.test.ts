import { describe, expect, it } from 'vitest';
import { isInside, PointIndex } from '../../../../../src/renderer/features/explore/map/point-index.ts';
import { byCategory, pointsIn } from '../../../../../src/renderer/features/explore/map/point-sets.ts';
import { placeThumbnails } from '../../../../../src/renderer/features/explore/map/thumbnails.ts';
import { boundsOf, fit, panBy, shownRect, toCanvas, toMap, zoomAt } from '../../../../../src/renderer/features/explore/map/view-box.ts';
import { randomFor } from '../../../../../src/shared/random.ts';

const random = randomFor(1, 'points');
const xy = Float32Array.from({ length: 4000 }, (_, at) => (at % 2 === 0 ? random.between(-9, 3) : random.between(0, 2)));
const index = new PointIndex(xy, boundsOf(xy));
const all = Array.from({ length: 2000 }, (_, i) => ({ x: xy[2 * i]!, y: xy[2 * i + 1]! }));
const where = (test: (p: { x: number; y: number }) => boolean): number[] => [...all.keys()].filter((i) => test(all[i]!));

describe('a lasso', () => {
  const l = [
    { x: 0, y: 0 },
    { x: 3, y: 0 },
    { x: 3, y: 1 },
    { x: 1, y: 1 },
    { x: 1, y: 3 },
    { x: 0, y: 3 },
  ]; // a letter L

  it('holds what is inside, in the corner of an L too, whichever way it is drawn', () => {
    const cases: [number, number, boolean][] = [
      [0.5, 2.5, true],
      [2.5, 0.5, true],
      [0.5, 0.5, true],
      [2, 2, false],
      [-0.1, 1, false],
      [3.1, 0.5, false],
      [0.5, 3.1, false],
    ];
    for (const [x, y, inside] of cases) {
      expect(isInside({ x, y }, l), `${x} ${y}`).toBe(inside);
      expect(isInside({ x, y }, l.toReversed()), `${x} ${y} reversed`).toBe(inside);
    }
  });

  it('around a circle holds the points at most its radius away', () => {
    const [cx, cy, r] = [-3, 1, 0.8];
    const circle = Array.from({ length: 2000 }, (_, k) => ({
      x: cx + r * Math.cos((k * Math.PI) / 1000),
      y: cy + r * Math.sin((k * Math.PI) / 1000),
    }));
    const inside = index.inPolygon(circle);
    expect(inside).toEqual(where(({ x, y }) => Math.hypot(x - cx, y - cy) < r));
    expect(inside.length).toBeGreaterThan(100);
  });

  it('of fewer than three corners holds nothing; what it goes around twice is outside', () => {
    expect(
      index.inPolygon([
        { x: -99, y: -99 },
        { x: 99, y: 99 },
      ]),
    ).toEqual([]);
    const star = Array.from({ length: 5 }, (_, k) => ({ x: Math.sin((k * 4 * Math.PI) / 5), y: Math.cos((k * 4 * Math.PI) / 5) }));
    expect([isInside({ x: 0, y: 0 }, star), isInside({ x: 0, y: 0.8 }, star)]).toEqual([false, true]);
  });
});

describe('the index of points', () => {
  it('finds the points of a rectangle', () => {
    const rect = { left: -5, right: -2, bottom: 0.5, top: 1.25 };
    const found = where(({ x, y }) => x >= rect.left && x <= rect.right && y >= rect.bottom && y <= rect.top);
    const corners = [rect.left, rect.right].flatMap((x) => [rect.bottom, rect.top].map((y) => ({ x, y })));
    expect(index.inPolygon([corners[0]!, corners[1]!, corners[3]!, corners[2]!])).toEqual(found);
    const order = byCategory({ names: ['a', 'b'], codes: Int32Array.from(all.keys(), (i) => (i % 3) - 1) });
    expect([...order.subarray(0, 2), ...order.subarray(-2)]).toEqual([0, 3, 1994, 1997]);
    expect(pointsIn(rect, xy, order)).toEqual([0, 1, 2].flatMap((rest) => found.filter((i) => i % 3 === rest)));
  });

  it('finds the nearest point, or none within the radius', () => {
    for (const place of [
      { x: -4, y: 1 },
      { x: 3.2, y: -0.1 },
      { x: -9, y: 2 },
    ]) {
      const nearest = all.reduce(
        (best, p, i) => (Math.hypot(p.x - place.x, p.y - place.y) < Math.hypot(all[best]!.x - place.x, all[best]!.y - place.y) ? i : best),
        0,
      );
      expect(index.nearest(place, 1)).toBe(nearest);
    }
    expect(index.nearest({ x: 50, y: 50 }, 1)).toBeNull();
  });

  it('takes no points, one, and all in one place', () => {
    const of = (...numbers: number[]) => new PointIndex(numbers, boundsOf(numbers));
    expect(of().nearest({ x: 0, y: 0 }, 9)).toBeNull();
    expect(of(3, 4).nearest({ x: 3, y: 4 }, 0.1)).toBe(0);
    const around = [
      { x: 0, y: 0 },
      { x: 2, y: 0 },
      { x: 2, y: 2 },
      { x: 0, y: 2 },
    ];
    expect(of(1, 1, 1, 1, 1, 1).inPolygon(around)).toEqual([0, 1, 2]);
  });
});

describe('the view', () => {
  const whole = fit({ left: 0, right: 10, bottom: 0, top: 5 }, 500, 400);

  it('shows all with a margin, and goes back and forth between map and canvas', () => {
    expect(whole.scale).toBeCloseTo(44, 10);
    expect(toCanvas(whole, { x: 0, y: 5 })).toEqual({ x: 30, y: 90 });
    const back = toMap(whole, toCanvas(whole, { x: 7, y: 2 }));
    expect([back.x, back.y].map((v) => v.toFixed(9))).toEqual(['7.000000000', '2.000000000']);
    expect(shownRect(whole).left).toBeCloseTo(-30 / 44, 10);
  });

  it('zooms around a point, within bounds, and moves with a drag', () => {
    const at = { x: 100, y: 50 };
    const before = toMap(whole, at);
    const after = toMap(zoomAt(whole, at, 8, whole), at);
    expect([after.x, after.y].map((v) => v.toFixed(9))).toEqual([before.x, before.y].map((v) => v.toFixed(9)));
    expect(zoomAt(whole, at, 1e-9, whole).scale).toBe(whole.scale / 2);
    expect(zoomAt(whole, at, 1e9, whole).scale).toBe(whole.scale * 2000);
    const { x, y } = toCanvas(panBy(whole, 20, -10), { x: 7, y: 2 });
    expect([x - toCanvas(whole, { x: 7, y: 2 }).x, y - toCanvas(whole, { x: 7, y: 2 }).y].map(Math.round)).toEqual([20, -10]);
  });
});

describe('thumbnails', () => {
  const view = fit(boundsOf(xy), 900, 500);
  const shown = [...all.keys()];
  const options = { size: 40, before: new Set<number>(), limit: 30 };

  it('never overlap, are no more than the limit, and stay when they were there before', () => {
    const placed = placeThumbnails(xy, view, shown, options);
    expect(placed).toHaveLength(30);
    for (const a of placed) for (const b of placed) if (a.i < b.i) expect(Math.abs(a.left - b.left) < 40 && Math.abs(a.top - b.top) < 40).toBe(false);
    const kept = placed.slice(15).map(({ i }) => i);
    const again = placeThumbnails(xy, view, shown, { ...options, before: new Set(kept) }).map(({ i }) => i);
    for (const i of kept) expect(again).toContain(i);
  });
});
