import { describe, expect, test } from 'vitest';
import { blur, boxWidths } from '../../../src/main/domain/faithfulness/blur.ts';

describe('blur', () => {
  test.each([2.56, 3.84, 7.7, 17.92, 40])('has boxes whose variances add up to sigma²: sigma %f', (sigma) => {
    const variance = boxWidths(sigma).reduce((sum, width) => sum + (width ** 2 - 1) / 12, 0);
    expect(boxWidths(sigma).every((width) => width % 2 === 1)).toBe(true);
    expect(Math.sqrt(variance) / sigma).toBeGreaterThan(0.95);
    expect(Math.sqrt(variance) / sigma).toBeLessThan(1.05);
  });

  test('spreads a point as a normal distribution does', () => {
    const [side, sigma] = [101, 8];
    const image = new Uint8Array(side * side);
    for (let y = 48; y <= 52; y++) for (let x = 48; x <= 52; x++) image[y * side + x] = 255;
    const out = blur(image, side, side, sigma);
    const [total, square] = out.reduce(
      ([sum, sumOfSquares], value, i) => [sum + value, sumOfSquares + value * ((i % side) - 50) ** 2] as [number, number],
      [0, 0] as [number, number],
    );
    expect(total / (25 * 255)).toBeGreaterThan(0.9);
    expect(Math.sqrt(square / total)).toBeGreaterThan(0.85 * sigma);
    expect(Math.sqrt(square / total)).toBeLessThan(1.1 * sigma);
    for (const i of [50 * side + 30, 30 * side + 50]) expect(out[i]).toBe(out[side * side - 1 - i]);
  });

  test('leaves an image of one colour exactly as it is, also at the edges, and keeps channels apart', () => {
    const red = Uint8Array.from({ length: 3 * 12 * 5 }, (_, i) => [201, 0, 77][i % 3]!);
    expect(Array.from(blur(red, 12, 5, 3))).toEqual(Array.from(red));
    expect(Array.from(blur(Uint8Array.of(9, 8, 7), 1, 1, 0.08))).toEqual([9, 8, 7]);
  });
});
