import { describe, expect, test } from 'vitest';
import { evidencePosition, isOnBorder, positionWords, strongestEdge } from '../../../src/shared/maps/evidence.ts';
import type { MapGrid } from '../../../src/shared/maps/field.ts';

const map = (w: number, h: number, f: (x: number, y: number) => number): MapGrid => ({
  map: Float32Array.from({ length: w * h }, (_, i) => f(i % w, Math.floor(i / w))),
  ...{ w, h },
});

describe('the position of the evidence', () => {
  test('even evidence: every share is a share of area', () => {
    const position = evidencePosition(
      map(7, 7, () => 0.3),
      500,
      500,
    )!;
    expect(position.centre).toBeCloseTo(1 / 9, 5);
    expect(position.border).toBeCloseTo(0.36, 5); // 1 - 0.8²
    expect(position.borderArea).toBeCloseTo(0.36, 9);
    expect(position.topFifth).toBeCloseTo(0.2, 4);
    for (const share of Object.values(position.edges)) expect(share).toBeCloseTo(0.1, 5);
    expect(isOnBorder(position)).toBe(false);
  });

  test('the border is equally wide on all sides, in px: half the relative width at the sides of an image twice as wide as high', () => {
    const position = evidencePosition(
      map(7, 7, () => 1),
      1000,
      500,
    )!;
    expect(position.edges.left).toBeCloseTo(0.05, 5);
    expect(position.edges.top).toBeCloseTo(0.1, 5);
    expect(position.borderArea).toBeCloseTo(1 - 0.9 * 0.8, 9);
    expect(position.border).toBeCloseTo(position.borderArea, 5);
  });

  test('the middle cell of nine counts as the centre', () => {
    const position = evidencePosition(
      map(9, 9, (x, y) => (x === 4 && y === 4 ? 2 : 0)),
      90,
      90,
    )!;
    expect(position.centre).toBe(1); // bilinear paint reaches one cell (1/9) beyond the centre of the cell: 3/9 .. 6/9
    expect(position.border).toBe(0);
    expect(position.topFifth).toBeCloseTo(1, 6);
    expect(position.strongest).toEqual({ u: 0.5, v: 0.5, value: 2 });
  });

  test('evidence at the border is reported, with its strongest edge', () => {
    const frame = evidencePosition(
      map(40, 40, (x, y) => (y < 3 ? 5 : x === 0 || x === 39 || y === 39 ? 1 : 0)),
      100,
      100,
    )!;
    expect(frame.border).toBeGreaterThan(0.95);
    expect(isOnBorder(frame)).toBe(true);
    expect(strongestEdge(frame)).toBe('top');
    expect(frame.centre).toBe(0);
  });

  test('a map without evidence has no position', () => {
    expect(evidencePosition({ map: new Float32Array(49), w: 7, h: 7 }, 10, 10)).toBeNull();
  });

  test.each([
    [0.1, 0.1, 'the upper left'],
    [0.5, 0.1, 'the top middle'],
    [0.9, 0.5, 'the right'],
    [0.5, 0.5, 'the centre'],
    [0.5, 0.9, 'the bottom middle'],
    [0.1, 0.9, 'the lower left'],
  ])('%d, %d is %s', (u, v, words) => expect(positionWords({ u, v })).toBe(words));
});
