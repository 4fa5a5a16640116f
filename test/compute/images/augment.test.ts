import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { augment, drawWarp, warp, tint, type Warp } from '../../../src/main/compute/images/augment.ts';
import { randomFor } from '../../../src/shared/random.ts';
import type { Augmentation } from '../../../src/shared/training-options/augmentation.ts';

const OFF: Augmentation = { flipHorizontal: false, flipVertical: false, rotation: 0, crop: 0, colour: 0 };
const ALL: Augmentation = { flipHorizontal: true, flipVertical: true, rotation: 25, crop: 0.4, colour: 1 };
const IDENTITY: Warp = { flipX: false, flipY: false, angle: 0, keep: 1, left: 0, top: 0 };

const squares = fc
  .integer({ min: 1, max: 9 })
  .chain((size) => fc.record({ size: fc.constant(size), pixels: fc.uint8Array({ minLength: size * size * 3, maxLength: size * size * 3 }) }));

const pixel = (pixels: Uint8Array, size: number, x: number, y: number): number[] => [...pixels.subarray((y * size + x) * 3, (y * size + x) * 3 + 3)];

describe('warp', () => {
  it('is exact without changes', () => {
    fc.assert(
      fc.property(squares, ({ size, pixels }) => {
        expect(warp(pixels, size, IDENTITY)).toEqual(pixels);
      }),
    );
  });

  it('flips exactly: column x comes from column size - 1 - x, channels keep their order; twice gives the original', () => {
    fc.assert(
      fc.property(squares, ({ size, pixels }) => {
        const across = warp(pixels, size, { ...IDENTITY, flipX: true });
        const down = warp(pixels, size, { ...IDENTITY, flipY: true });
        for (let y = 0; y < size; y++) {
          for (let x = 0; x < size; x++) {
            expect(pixel(across, size, x, y)).toEqual(pixel(pixels, size, size - 1 - x, y));
            expect(pixel(down, size, x, y)).toEqual(pixel(pixels, size, x, size - 1 - y));
          }
        }
        expect(warp(across, size, { ...IDENTITY, flipX: true })).toEqual(pixels);
      }),
    );
  });

  it('rotates by 90 degrees counter-clockwise exactly; four times gives the original', () => {
    fc.assert(
      fc.property(squares, ({ size, pixels }) => {
        let rotated = warp(pixels, size, { ...IDENTITY, angle: 90 });
        // Counter-clockwise: the upper right corner comes to the upper left.
        expect(pixel(rotated, size, 0, 0)).toEqual(pixel(pixels, size, size - 1, 0));
        for (let i = 0; i < 3; i++) rotated = warp(rotated, size, { ...IDENTITY, angle: 90 });
        expect(rotated).toEqual(pixels);
      }),
    );
  });

  it('crops a window: the middle half of a ramp is the ramp at half the slope', () => {
    const size = 32;
    const ramp = new Uint8Array(size * size * 3).map((_, i) => 8 * (Math.floor(i / 3) % size));
    const out = warp(ramp, size, { ...IDENTITY, keep: 0.5, left: 0.25, top: 0.25 });
    for (let x = 0; x < size; x++) {
      const source = 0.25 * size + (x + 0.5) * 0.5 - 0.5; // half-pixel centres
      expect(Math.abs(out[x * 3]! - 8 * source)).toBeLessThanOrEqual(0.5);
    }
  });

  it('stays between the darkest and the brightest pixel of each channel', () => {
    fc.assert(
      fc.property(
        squares,
        fc.double({ min: -180, max: 180, noNaN: true }),
        fc.double({ min: 0.5, max: 1, noNaN: true }),
        ({ size, pixels }, angle, keep) => {
          const out = warp(pixels, size, { ...IDENTITY, angle, keep, left: (1 - keep) / 3, top: 0 });
          for (let c = 0; c < 3; c++) {
            const channel = (p: Uint8Array): number[] => [...p].filter((_, i) => i % 3 === c);
            expect(Math.min(...channel(out))).toBeGreaterThanOrEqual(Math.min(...channel(pixels)));
            expect(Math.max(...channel(out))).toBeLessThanOrEqual(Math.max(...channel(pixels)));
          }
        },
      ),
    );
  });
});

describe('drawWarp', () => {
  it('stays within the given ranges, and reaches most of each', () => {
    const warps = Array.from({ length: 400 }, (_, i) => drawWarp(ALL, randomFor(i, 'augment')));
    for (const p of warps) {
      expect(Math.abs(p.angle)).toBeLessThanOrEqual(25);
      expect(p.keep).toBeGreaterThanOrEqual(0.6);
      expect(p.left >= 0 && p.left + p.keep <= 1 + 1e-12).toBe(true);
      expect(p.top >= 0 && p.top + p.keep <= 1 + 1e-12).toBe(true);
    }
    expect(Math.max(...warps.map((p) => p.angle))).toBeGreaterThan(22);
    expect(Math.min(...warps.map((p) => p.angle))).toBeLessThan(-22);
    expect(Math.min(...warps.map((p) => p.keep))).toBeLessThan(0.65);
    const flipped = warps.filter((p) => p.flipX).length;
    expect(flipped).toBeGreaterThan(140); // 200 ± 6 standard deviations
    expect(flipped).toBeLessThan(260);
  });

  it('draws each change independently of the others', () => {
    const alone = drawWarp({ ...OFF, rotation: 25 }, randomFor(3));
    expect(alone.angle).toBe(drawWarp(ALL, randomFor(3)).angle);
    expect(alone).toMatchObject({ flipX: false, flipY: false, keep: 1 });
  });
});

describe('tint', () => {
  const row = Uint8Array.from([10, 20, 30, 200, 100, 50, 90, 90, 90]);
  const lumas = [0, 3, 6].map((i) => 0.299 * row[i]! + 0.587 * row[i + 1]! + 0.114 * row[i + 2]!);
  const mean = (lumas[0]! + lumas[1]! + lumas[2]!) / 3;

  it('multiplies by the brightness', () => {
    expect([...tint(row, { brightness: 0.5, contrast: 1, saturation: 1 })]).toEqual([5, 10, 15, 100, 50, 25, 45, 45, 45]);
    expect(tint(row, { brightness: 1.5, contrast: 1, saturation: 1 })[3]).toBe(255); // 300, cut off
  });

  it('leaves the mean luma at contrast 0, each pixel’s own luma at saturation 0', () => {
    for (const value of tint(row, { brightness: 1, contrast: 0, saturation: 1 })) expect(Math.abs(value - mean)).toBeLessThanOrEqual(0.5);
    const grey = tint(row, { brightness: 1, contrast: 1, saturation: 0 });
    for (let i = 0; i < 9; i++) expect(Math.abs(grey[i]! - lumas[Math.floor(i / 3)]!)).toBeLessThanOrEqual(0.5);
  });

  it('leaves a plain grey image plain and grey', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 255 }), fc.integer(), (g, seed) => {
        const random = randomFor(seed);
        const factor = (): number => random.between(0.5, 1.5);
        const out = tint(new Uint8Array(12).fill(g), { brightness: factor(), contrast: factor(), saturation: factor() });
        expect(new Set(out).size).toBe(1);
      }),
    );
  });
});

describe('augment', () => {
  it('is the identity, in a copy, when everything is off', async () => {
    await fc.assert(
      fc.asyncProperty(squares, fc.integer(), async ({ size, pixels }, seed) => {
        const out = await augment(pixels, size, OFF, randomFor(seed));
        expect(out).toEqual(pixels);
        expect(out).not.toBe(pixels);
      }),
    );
  });

  it('depends on the random stream alone and leaves its input unchanged', async () => {
    const size = 24;
    const random = randomFor(1);
    const pixels = Uint8Array.from({ length: size * size * 3 }, () => random.below(256));
    const before = pixels.slice();
    const [one, again, other] = await Promise.all([
      augment(pixels, size, ALL, randomFor(5, 'a')),
      augment(pixels, size, ALL, randomFor(5, 'a')),
      augment(pixels, size, ALL, randomFor(6, 'a')),
    ]);
    expect(one).toEqual(again);
    expect(one).not.toEqual(other);
    expect(pixels).toEqual(before);
    expect(one).toHaveLength(pixels.length);
  });
});
