import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { frameOf, MAX_ZOOM, panBy, imagePositionAt, FIT_VIEW, zoomAt, type Size, type View } from '../../../src/renderer/kit/zoom.ts';

const PANE: Size = { width: 400, height: 300 };
const sizes = fc.record({ width: fc.integer({ min: 20, max: 4000 }), height: fc.integer({ min: 20, max: 4000 }) });
const steps = fc.array(
  fc.record({
    factor: fc.double({ min: 0.4, max: 2.5, noNaN: true }),
    x: fc.integer({ min: 0, max: 399 }),
    y: fc.integer({ min: 0, max: 299 }),
    dx: fc.integer({ min: -300, max: 300 }),
    dy: fc.integer({ min: -300, max: 300 }),
  }),
  { maxLength: 12 },
);

test('an image is shown whole and centred: wide, tall, small', () => {
  expect(frameOf(FIT_VIEW, PANE, { width: 800, height: 200 })).toEqual({ left: 0, top: 100, width: 400, height: 100 });
  expect(frameOf(FIT_VIEW, PANE, { width: 100, height: 300 })).toEqual({ left: 150, top: 0, width: 100, height: 300 });
  expect(frameOf(FIT_VIEW, PANE, { width: 40, height: 30 })).toEqual({ left: 0, top: 0, width: 400, height: 300 });
});

test('the pointer reads the image position under it, also zoomed', () => {
  const picture = { width: 800, height: 600 };
  expect(imagePositionAt(frameOf(FIT_VIEW, PANE, picture), 100, 75)).toEqual({ u: 0.25, v: 0.25 });
  const view = zoomAt(FIT_VIEW, PANE, picture, 4, 100, 75);
  expect(frameOf(view, PANE, picture)).toEqual({ left: -300, top: -225, width: 1600, height: 1200 });
  expect(imagePositionAt(frameOf(view, PANE, picture), 100, 75)).toEqual({ u: 0.25, v: 0.25 });
  expect(imagePositionAt(frameOf(view, PANE, picture), 110, 75)!.u).toBeCloseTo(0.25 + 10 / 1600, 9);
  const tall = frameOf(FIT_VIEW, PANE, { width: 100, height: 300 });
  expect([imagePositionAt(tall, 149, 10), imagePositionAt(tall, 250, 10), imagePositionAt(tall, 150, -1)]).toEqual([null, null, null]);
});

describe('after any zoom and pan', () => {
  const done = (picture: Size, list: { factor: number; x: number; y: number; dx: number; dy: number }[]): View =>
    list.reduce((view, s) => panBy(zoomAt(view, PANE, picture, s.factor, s.x, s.y), PANE, picture, s.dx, s.dy), FIT_VIEW);

  test('no side has a gap while the opposite side is cropped', () => {
    fc.assert(
      fc.property(sizes, steps, (picture, list) => {
        const view = done(picture, list);
        const f = frameOf(view, PANE, picture);
        expect(view.zoom).toBeGreaterThanOrEqual(1);
        expect(view.zoom).toBeLessThanOrEqual(MAX_ZOOM);
        for (const [at, shown, pane] of [
          [f.left, f.width, PANE.width],
          [f.top, f.height, PANE.height],
        ] as const) {
          if (shown <= pane) expect(at).toBeCloseTo((pane - shown) / 2, 6);
          else {
            expect(at).toBeLessThanOrEqual(1e-6);
            expect(at + shown).toBeGreaterThanOrEqual(pane - 1e-6);
          }
        }
      }),
    );
  });

  test('panning against an edge does not accumulate; the position under the pointer stays unless an edge prevents it', () => {
    const picture = { width: 400, height: 300 };
    const near = zoomAt(FIT_VIEW, PANE, picture, 3, 200, 150);
    const pushed = panBy(panBy(near, PANE, picture, 9000, 0), PANE, picture, -10, 0);
    expect(frameOf(pushed, PANE, picture).left).toBeCloseTo(-10, 6);
    const before = imagePositionAt(frameOf(near, PANE, picture), 120, 90)!;
    const after = imagePositionAt(frameOf(zoomAt(near, PANE, picture, 1.25, 120, 90), PANE, picture), 120, 90)!;
    expect(after.u).toBeCloseTo(before.u, 9);
    expect(after.v).toBeCloseTo(before.v, 9);
  });
});
