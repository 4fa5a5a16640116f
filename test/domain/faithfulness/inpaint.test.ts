import { describe, expect, test } from 'vitest';
import { inpaint } from '../../../src/main/domain/faithfulness/inpaint.ts';
import { meanColour } from '../../../src/main/domain/faithfulness/mean-colour.ts';

const imageOf = (size: number, value: (x: number, y: number, c: number) => number): Uint8Array =>
  Uint8Array.from({ length: 3 * size * size }, (_, i) => value(Math.floor(i / 3) % size, Math.floor(i / 3 / size), i % 3));
const holeOf = (size: number, inside: (x: number, y: number) => boolean): Float32Array =>
  Float32Array.from({ length: size * size }, (_, i) => (inside(i % size, Math.floor(i / size)) ? 1 : 0));

describe('inpainting by pull–push', () => {
  test.each([64, 50, 1])('%i px of one colour stay that colour, whatever the hole', (size) => {
    const image = imageOf(size, (_x, _y, c) => [30, 140, 250][c]!);
    for (const hole of [holeOf(size, (x) => x > size / 3), holeOf(size, (x, y) => (x * y) % 7 !== 0), holeOf(size, () => true)])
      expect(inpaint(image, hole, size)).toEqual(image);
  });

  test('a hole in a linear ramp is filled with the ramp, up to the coarseness of the pyramid; known pixels stay exact', () => {
    const size = 64;
    const image = imageOf(size, (x, y, c) => [2 * x + y, 3 * x, 60 + 2 * y][c]!);
    const inside = (x: number, y: number): boolean => x >= 28 && x < 36 && y >= 28 && y < 36;
    const damaged = imageOf(size, (x, y, c) => (inside(x, y) ? 255 : image[3 * (y * size + x) + c]!));
    const filled = inpaint(damaged, holeOf(size, inside), size);
    let worst = 0;
    filled.forEach((value, i) => {
      const [x, y] = [Math.floor(i / 3) % size, Math.floor(i / 3 / size)];
      if (inside(x, y)) worst = Math.max(worst, Math.abs(value - image[i]!));
      else expect(value).toBe(image[i]);
    });
    expect(worst).toBeLessThan(3 * 4); // the steepest channel rises by 3 a pixel; the hole is 8 px wide, so 12 is half of its rise
  });

  test('a symmetric hole gives a symmetric filling, and the middle of an odd ramp is its mean', () => {
    const size = 64;
    const image = imageOf(size, (x) => 4 * x);
    const filled = inpaint(
      image,
      holeOf(size, (x) => x >= 16 && x < 48),
      size,
    );
    for (let x = 0; x < 32; x++) {
      const [left, right] = [filled[3 * (20 * size + x)]!, filled[3 * (20 * size + 63 - x)]!];
      expect(Math.abs(left + right - 252)).toBeLessThanOrEqual(1); // 4 x + 4 (63 - x)
    }
    const middle = filled[3 * (20 * size + 31)]! + filled[3 * (20 * size + 32)]!;
    expect(Math.abs(middle / 2 - 126)).toBeLessThanOrEqual(1);
  });

  test('a value in the hole lies between the smallest and the largest around it, and the hole’s own values have no effect', () => {
    const size = 40;
    const image = imageOf(size, (x, y) => 100 + ((x * 13 + y * 29) % 50));
    const hole = holeOf(size, (x, y) => (x - 20) ** 2 + (y - 17) ** 2 < 144);
    const filled = inpaint(image, hole, size);
    hole.forEach((weight, p) => expect(weight > 0 ? filled[3 * p]! >= 100 && filled[3 * p]! < 150 : true).toBe(true));
    const other = image.map((value, i) => (hole[Math.floor(i / 3)]! > 0 ? 0 : value));
    expect(inpaint(other, hole, size)).toEqual(filled);
  });

  test('without any known pixel the image becomes its mean colour', () => {
    const image = imageOf(8, (x) => (x < 4 ? 0 : 201));
    expect(
      new Set(
        inpaint(
          image,
          holeOf(8, () => true),
          8,
        ),
      ),
    ).toEqual(new Set([101]));
    expect(
      inpaint(
        image,
        holeOf(8, () => true),
        8,
      ),
    ).toEqual(meanColour(image));
  });
});
