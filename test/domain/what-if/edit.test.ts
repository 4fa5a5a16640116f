import { describe, expect, test } from 'vitest';
import { applyEdit, editedShare, fillWeights } from '../../../src/main/domain/what-if/apply-edit.ts';
import { coverageOf } from '../../../src/main/domain/what-if/coverage.ts';
import { drawLayer } from '../../../src/main/domain/what-if/draw-layer.ts';
import type { Position, Stroke } from '../../../src/shared/what-if.ts';

const S = 64;
const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0);
/** Covered area in px² of a stroke on an image of S × S px. */
const areaOf = (stroke: Stroke): number => sum(coverageOf(stroke, S).values);
const px = (x: number, y: number): Position => [x / S, y / S];

const dot = (x: number, y: number, rx: number, ry = rx): Stroke => ({
  ...{ tool: 'brush', image: 0, fill: 'mean' },
  radius: [rx / S, ry / S],
  points: [px(x, y)],
});
const rectangle = (box: [number, number, number, number]): Stroke => ({
  ...{ tool: 'rectangle', image: 0, fill: 'mean' },
  box: box.map((value) => value / S) as [number, number, number, number],
});
const lasso = (points: Position[]): Stroke => ({ tool: 'lasso', image: 0, fill: 'mean', points });

describe('coverage of pixels: areas known in closed form', () => {
  test('a rectangle has its exact area, also with corners inside pixels and in any order', () => {
    expect(areaOf(rectangle([8, 16, 24, 40]))).toBeCloseTo(16 * 24, 5);
    expect(areaOf(rectangle([24.25, 40, 8, 16.125]))).toBeCloseTo(16.25 * 23.875, 3);
    const { values } = coverageOf(rectangle([8, 16, 24, 40]), S);
    expect(new Set(values)).toEqual(new Set([0, 1])); // no soft edge on the pixel grid
    expect(values[16 * S + 8]).toBe(1);
    expect(values[15 * S + 8]).toBe(0);
  });

  test('a disc is πr², an ellipse πab, cut off at the edge of the image', () => {
    for (const r of [6, 10.5, 20]) expect(areaOf(dot(32.3, 31.7, r)) / (Math.PI * r ** 2)).toBeCloseTo(1, 2);
    expect(areaOf(dot(32, 32, 24, 6)) / (Math.PI * 24 * 6)).toBeCloseTo(1, 2);
    expect(areaOf(dot(0, 32, 20)) / ((Math.PI * 20 ** 2) / 2)).toBeCloseTo(1, 2);
    expect(areaOf(dot(0, 0, 20)) / ((Math.PI * 20 ** 2) / 4)).toBeCloseTo(1, 2);
    expect(areaOf(dot(-50, -50, 20))).toBe(0);
    expect(areaOf(dot(32, 32, 32_000, S)) / S ** 2).toBeCloseTo(1, 4); // a brush on an image that is a pixel wide and 64 px high
  });

  test('a stroke is a rectangle with round ends, and covers a pixel once even where it crosses itself', () => {
    const line: Stroke = { tool: 'brush', image: 0, fill: 'blur', radius: [5 / S, 5 / S], points: [px(12, 20), px(52, 20)] };
    const want = 40 * 10 + Math.PI * 25;
    expect(areaOf(line) / want).toBeCloseTo(1, 2);
    expect(areaOf({ ...line, points: [px(12, 20), px(52, 20), px(12, 20)] })).toBeCloseTo(areaOf(line), 3);
  });

  test('a polygon has the area of the shoelace formula; where it crosses itself both loops are filled', () => {
    const corners = [px(5, 7), px(55.5, 20.3), px(40, 58), px(12.2, 33)];
    const shoelace = Math.abs(sum(corners.map(([x, y], i) => x * corners[(i + 1) % 4]![1] - corners[(i + 1) % 4]![0] * y))) / 2;
    expect(areaOf(lasso(corners)) / (shoelace * S * S)).toBeCloseTo(1, 3);
    const bow = [px(10, 10), px(50, 50), px(50, 10), px(10, 50)]; // two triangles of 20 × 40 / 2
    expect(areaOf(lasso(bow)) / 800).toBeCloseTo(1, 2);
    const twice = [...corners, ...corners]; // winding number 2
    expect(areaOf(lasso(twice))).toBeCloseTo(areaOf(lasso(corners)), 3);
    expect(areaOf(lasso([px(3, 3)]))).toBe(0);
  });
});

describe('applying strokes', () => {
  const image = Uint8Array.from({ length: 3 * S * S }, (_, i) => (i * 7) % 251);
  const colour = (value: number): Uint8Array => new Uint8Array(3 * S * S).fill(value);

  test('a later stroke covers an earlier one, and the eraser brings back the image', () => {
    const blur: Stroke = { ...(rectangle([0, 0, 32, 64]) as Extract<Stroke, { tool: 'rectangle' }>), fill: 'blur' };
    const erase: Stroke = { tool: 'erase', image: 0, radius: [8 / S, 8 / S], points: [px(48, 32)] };
    const weights = fillWeights([blur, rectangle([16, 0, 64, 64]), erase], S);
    expect(sum(weights.get('blur')!)).toBe(16 * 64);
    const erased = areaOf({ ...erase, tool: 'brush', fill: 'mean' });
    expect(sum(weights.get('mean')!)).toBeCloseTo(48 * 64 - erased, 2);
    expect(editedShare(weights, S)).toBeCloseTo(1 - erased / S ** 2, 5);
    const { pixels, layer } = applyEdit(image, weights, (name) => colour(name === 'blur' ? 10 : 200));
    const at = (x: number, y: number): number[] => [...pixels.subarray(3 * (y * S + x), 3 * (y * S + x) + 3)];
    expect([at(3, 3), at(20, 3), at(63, 63)]).toEqual([[10, 10, 10], [200, 200, 200], [200, 200, 200]]); // prettier-ignore
    const middle = 32 * S + 48;
    expect(at(48, 32)).toEqual([...image.subarray(3 * middle, 3 * middle + 3)]);
    expect([...layer.subarray(4 * middle, 4 * middle + 4)]).toEqual([0, 0, 0, 0]);
    expect([...layer.subarray(0, 4)]).toEqual([10, 10, 10, 255]);
  });

  test('at a soft edge the pixel is between image and fill, and the layer drawn over the image gives the same', () => {
    const weights = fillWeights([rectangle([10.5, 10, 30, 30])], S);
    const { pixels, layer } = applyEdit(image, weights, () => colour(100));
    const i = 3 * (15 * S + 10);
    expect(pixels[i]).toBe(Math.round(0.5 * 100 + 0.5 * image[i]!));
    const drawn = drawLayer({ data: image, width: S, height: S }, layer, S);
    drawn.forEach((value, k) => expect(Math.abs(value - pixels[k]!)).toBeLessThanOrEqual(1));
  });

  test('an edit of everything leaves nothing of the image; no stroke leaves all of it', () => {
    const all = fillWeights([rectangle([-5, -5, 70, 70])], S);
    expect(editedShare(all, S)).toBe(1);
    expect(applyEdit(image, all, () => colour(9)).pixels).toEqual(colour(9));
    const none = applyEdit(image, fillWeights([], S), () => colour(9));
    expect(none.pixels).toEqual(image);
    expect(none.layer.every((value) => value === 0)).toBe(true);
  });

  test('a layer stretched over a larger photograph stays in place', () => {
    const { layer } = applyEdit(image, fillWeights([rectangle([0, 0, 32, 16])], S), () => colour(50));
    const [width, height] = [2 * S, 3 * S];
    const photo = { data: new Uint8Array(3 * width * height).fill(250), width, height };
    const drawn = drawLayer(photo, layer, S);
    const at = (x: number, y: number): number => drawn[3 * (y * width + x)]!;
    expect([at(0, 0), at(62, 45), at(66, 45), at(62, 51)]).toEqual([50, 50, 250, 250]);
    expect(at(64, 3)).toBeCloseTo(250 - 200 * 0.25, -1); // a quarter of a pixel past the edge between two cells
  });
});
