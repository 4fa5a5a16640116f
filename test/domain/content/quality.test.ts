import { describe, expect, it } from 'vitest';
import { contrastOf, entropyOf, greyOf, qualityOf, sharpnessOf } from '../../../src/main/domain/content/quality.ts';
import { QUALITY_NUMBERS, type QualityNumber } from '../../../src/shared/quality.ts';
import { randomFor } from '../../../src/shared/random.ts';

/** An RGB image [height, width, 3] of a function of the position. */
function drawn(width: number, height: number, at: (x: number, y: number) => number | readonly number[]): Uint8Array {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const colour = at(x, y);
      for (let c = 0; c < 3; c++) data[(y * width + x) * 3 + c] = typeof colour === 'number' ? colour : colour[c]!;
    }
  }
  return data;
}

function numbersOf(width: number, height: number, at: (x: number, y: number) => number | readonly number[]): Record<QualityNumber, number> {
  const row = qualityOf({ data: drawn(width, height, at), width, height }, width, height);
  return Object.fromEntries(QUALITY_NUMBERS.map((name, i) => [name, row[i]])) as Record<QualityNumber, number>;
}

const sharpness = (width: number, height: number, at: (x: number, y: number) => number): number =>
  sharpnessOf(greyOf(drawn(width, height, at)), width, height);

describe('sharpness', () => {
  it('is that of the closed form', () => {
    expect(sharpness(12, 12, (x, y) => ((x + y) % 2) * 255)).toBeCloseTo(32 * 255, 0); // each pixel differs from its 4 neighbours: |L| = 4 d, std g = d / 2
    expect(sharpness(20, 9, (x) => 10 * x)).toBeCloseTo(0, 6); // the Laplacian of a plane is 0
    expect(sharpness(10, 7, (x) => (x < 5 ? 40 : 200))).toBeCloseTo(80, 4); // a step of d = 160: L = d, -d in 2 of 8 columns, std g = d / 2
  });

  it('does not depend on brightness, and is proportional to contrast', () => {
    const pattern = (gain: number, offset: number) => sharpness(30, 30, (x, y) => offset + gain * ((x * x + 3 * y) % 50));
    expect(pattern(4, 0)).toBeCloseTo(4 * pattern(1, 150), 3);
  });

  it('falls with a Gaussian blur of noise as expected', () => {
    const size = 160;
    for (const sigma of [1, 1.5, 2.5]) {
      const blurred = gaussian(size, sigma);
      const r = Math.exp(-1 / (4 * sigma * sigma));
      const mean = blurred.reduce((sum, g) => sum + g, 0) / blurred.length;
      const deviation = Math.sqrt(blurred.reduce((sum, g) => sum + (g - mean) ** 2, 0) / blurred.length);
      const expected = (20 - 32 * r + 8 * r ** 2 + 4 * r ** 4) * deviation;
      expect(sharpnessOf(blurred, size, size) / expected, `sigma ${sigma}`).toBeGreaterThan(0.93);
      expect(sharpnessOf(blurred, size, size) / expected, `sigma ${sigma}`).toBeLessThan(1.07);
    }
  });

  it('is not defined for one colour and for less than 3 px', () => {
    expect(sharpness(20, 20, () => 77)).toBeNaN();
    expect(sharpness(2, 40, (_, y) => y)).toBeNaN();
    expect(sharpness(1, 1, () => 3)).toBeNaN();
  });
});

/** White noise blurred by a Gaussian, [size, size]; opposite edges touch. */
function gaussian(size: number, sigma: number): Float32Array {
  const random = randomFor(3, 'noise');
  const reach = Math.ceil(4 * sigma);
  const taps = Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-((i - reach) ** 2) / (2 * sigma * sigma)));
  const along = (from: Float32Array, step: number, across: number): Float32Array =>
    Float32Array.from(from, (_, i) => {
      const [a, b] = [Math.floor(i / across) % size, i - (Math.floor(i / across) % size) * step];
      return taps.reduce((sum, tap, t) => sum + tap * from[b + ((a + t - reach + size) % size) * step]!, 0);
    });
  const noise = Float32Array.from({ length: size * size }, () => random.between(0, 1));
  return along(along(noise, 1, 1), size, size);
}

describe('brightness', () => {
  it('gives the percentiles of the brightness that the eye sees', () => {
    const { highlights, shadows } = numbersOf(100, 10, (x) => x + 100); // 100 to 199, 10 times each
    expect([shadows, highlights]).toEqual([104, 198]);
    const green = numbersOf(8, 8, () => [0, 255, 0]);
    expect(green.highlights).toBe(Math.round(255 * Math.sqrt(0.691)));
  });

  it('ignores a few bright pixels', () => {
    expect(numbersOf(40, 40, (x, y) => (x < 4 && y < 4 ? 255 : 20)).highlights).toBe(20); // 1 % of the pixels
  });
});

describe('information and contrast', () => {
  it('is the entropy of the grey values', () => {
    expect(entropyOf(new Float32Array(64).fill(9))).toBe(0);
    expect(entropyOf(Float32Array.from({ length: 256 }, (_, i) => i))).toBeCloseTo(8, 6);
    expect(numbersOf(16, 16, (x) => (x < 4 ? 0 : 200)).entropy).toBeCloseTo(-0.25 * Math.log2(0.25) - 0.75 * Math.log2(0.75), 5);
  });

  it('counts differences of colour without those of brightness', () => {
    expect(contrastOf(drawn(10, 10, () => [3, 200, 90]))).toBeCloseTo(0, 6);
    expect(contrastOf(drawn(10, 10, (x) => (x % 2) * 255))).toBeCloseTo(127.5, 6);
    expect(contrastOf(drawn(10, 10, (x) => (x % 2 ? [200, 0, 0] : [0, 0, 200])))).toBeCloseTo(100 * Math.sqrt(2 / 3), 5);
  });
});

it('measures colour, shape and size', () => {
  expect(numbersOf(9, 9, () => 130).colour).toBe(0);
  expect(numbersOf(9, 9, () => [90, 100, 130]).colour).toBe(40);
  const row = qualityOf({ data: drawn(4, 2, () => 1), width: 4, height: 2 }, 4000, 2000);
  expect(row[QUALITY_NUMBERS.indexOf('aspect')]).toBe(2);
  expect(row[QUALITY_NUMBERS.indexOf('side')]).toBeCloseTo(Math.sqrt(8e6), 2);
});
