import { describe, expect, test } from 'vitest';
import {
  extendStroke,
  isVisible,
  lineWidth,
  nudgeRectangle,
  pathOf,
  radiusFor,
  roundPosition,
} from '../../../../../src/renderer/features/compare/what-if/stroke-shape.ts';
import { Strokes } from '../../../../../src/shared/what-if-schema.ts';
import type { Stroke } from '../../../../../src/shared/what-if.ts';

const SIZE = { width: 400, height: 200 };
const brush = (points: [number, number][]): Extract<Stroke, { tool: 'brush' }> => ({
  ...{ tool: 'brush', image: 0, fill: 'blur' },
  radius: radiusFor(0.1, SIZE),
  points,
});
const box = (values: [number, number, number, number]): Extract<Stroke, { tool: 'rectangle' }> => ({
  ...{ tool: 'rectangle', image: 1, fill: 'mean' },
  box: values,
});

describe('strokes on the screen', () => {
  test('a brush is round in px whatever the image’s shape', () => {
    const [across, down] = radiusFor(0.1, SIZE); // 10 % of 400 px: a radius of 20 px
    expect([across * 400, down * 200]).toEqual([20, 20]);
    expect(lineWidth(brush([[0, 0]]), SIZE)).toBe(40);
    const [thin, long] = radiusFor(0.1, { width: 1, height: 20_000 });
    expect([thin, long]).toEqual([1000, 0.05]);
  });

  test('points nearer than a fifth of the radius are left out, except the last', () => {
    const start = brush([[0.5, 0.5]]);
    expect(extendStroke(start, [0.505, 0.5], SIZE)).toBe(start); // 2 px
    expect(extendStroke(start, [0.505, 0.5], SIZE, true)).toMatchObject({ points: [[0.5, 0.5], [0.505, 0.5]] }); // prettier-ignore
    expect(extendStroke(start, [0.52, 0.5], SIZE)).toMatchObject({ points: [[0.5, 0.5], [0.52, 0.5]] }); // prettier-ignore
    expect(extendStroke(start, [0.5, 0.5], SIZE, true)).toBe(start);
    expect(extendStroke(box([0.1, 0.1, 0.1, 0.1]), [0.43219, 1.2], SIZE)).toMatchObject({ box: [0.1, 0.1, 0.4322, 1.2] });
  });

  test('a position far outside a narrow image is moved to where the schema allows it', () => {
    const thin = { width: 1, height: 100 };
    const start = brush([roundPosition([-30, 0.5])]);
    expect(Strokes.safeParse([start, extendStroke(start, [300, 0.6], thin)]).success).toBe(true);
  });

  test('a click with rectangle or lasso covers nothing, a click with the brush a dot', () => {
    expect(isVisible(box([0.2, 0.2, 0.2, 0.5]))).toBe(false);
    expect(isVisible({ tool: 'lasso', image: 0, fill: 'blur', points: [[0, 0], [1, 1]] })).toBe(false); // prettier-ignore
    expect(isVisible(brush([[0.1, 0.1]]))).toBe(true);
  });

  test('a stroke beside the image covers nothing; one that reaches into it does', () => {
    expect(isVisible(box([1.1, 0.2, 1.4, 0.5]))).toBe(false);
    expect(isVisible(box([0.4, -0.3, 0.1, -0.01]))).toBe(false);
    expect(isVisible(box([1.4, 0.2, 0.9, 0.5]))).toBe(true);
    expect(isVisible({ tool: 'lasso', image: 0, fill: 'blur', points: [[1.1, 0], [1.2, 1], [1.3, 0]] })).toBe(false); // prettier-ignore
    expect(isVisible({ tool: 'lasso', image: 0, fill: 'blur', points: [[0.9, 0], [1.2, 1], [1.3, 0]] })).toBe(true); // prettier-ignore
    const [across, down] = radiusFor(0.1, SIZE);
    expect(isVisible(brush([[0.5, -1.01 * down]]))).toBe(false);
    expect(isVisible(brush([[1 + 0.99 * across, 0.5]]))).toBe(true);
  });

  test('paths are in px of the image', () => {
    expect(pathOf(brush([[0.5, 0.5]]), SIZE)).toBe('M200.00 100.00h0');
    expect(pathOf(brush([[0, 0], [0.5, 1]]), SIZE)).toBe('M0.00 0.00L200.00 200.00'); // prettier-ignore
    expect(pathOf(box([0, 0, 0.5, 0.5]), SIZE)).toBe('M0.00 0.00L200.00 0.00L200.00 100.00L0.00 100.00Z');
  });

  test('arrow keys move a rectangle inside the image and resize it down to a hundredth', () => {
    expect(nudgeRectangle(box([0.1, 0.1, 0.4, 0.5]), [0.02, 0], 'move')).toMatchObject({ box: [0.12, 0.1, 0.42, 0.5] });
    expect(nudgeRectangle(box([0.01, 0.6, 0.31, 1]), [-0.02, 0.02], 'move')).toMatchObject({ box: [0, 0.6, 0.3, 1] });
    expect(nudgeRectangle(box([0.1, 0.1, 0.115, 0.99]), [-0.02, 0.02], 'resize')).toMatchObject({ box: [0.1, 0.1, 0.11, 1] });
  });
});
