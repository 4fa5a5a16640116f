import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it, onTestFinished } from 'vitest';
import { decodePhoto, decodeSquare, resizeRgb } from '../../../src/main/compute/images/images.ts';
import { resample, valueAt } from '../../../src/shared/maps/field.ts';

// Inputs and Pillow's answers: fixtures/draw_resize.py.
const FIXTURES = path.join(import.meta.dirname, 'fixtures');

const rgb = (file: string): Promise<Buffer> => sharp(file).raw().toBuffer();

function largestDifference(a: Uint8Array, b: Uint8Array): number {
  expect(a).toHaveLength(b.length);
  return a.reduce((most, v, i) => Math.max(most, Math.abs(v - b[i]!)), 0);
}

/** Centre of mass of a channel's values over 128, px with pixel centres at i + 0.5. */
function centreOf(data: ArrayLike<number>, width: number, height: number, channels = 3): [number, number] {
  let [x, y, sum] = [0, 0, 0];
  for (let i = 0; i < width * height; i++) {
    const weight = Math.max(0, data[i * channels]! - 128);
    sum += weight;
    x += weight * ((i % width) + 0.5);
    y += weight * (Math.floor(i / width) + 0.5);
  }
  return [x / sum, y / sum];
}

describe('images that are enlarged in either direction', () => {
  const resize = path.join(FIXTURES, 'resize');
  const cases = readdirSync(resize)
    .map((name) => /^((\d+)x(\d+))-(\d+)\.png$/.exec(name))
    .filter((match) => match !== null)
    .map(([name, source, w, h, n]) => ({ name, source: source!, w: Number(w), h: Number(h), n: Number(n) }));
  const growing = cases.filter(({ w, h, n }) => n > w || n > h);
  const shrinking = cases.filter(({ w, h, n }) => n < w && n < h);

  it.each(growing)('$name equals Pillow’s result to 1/255', async ({ name, source, n }) => {
    expect(largestDifference(await decodeSquare(path.join(resize, `${source}.png`), n), await rgb(path.join(resize, name)))).toBeLessThanOrEqual(1);
  });

  const legible = [...growing, ...shrinking].filter(({ h }) => h >= 30); // of 7 rows the bump covers two
  it.each(legible)('$name has its bump at 30 % across and 62 % down, to a twentieth of a pixel', async ({ source, n }) => {
    const [x, y] = centreOf(await decodeSquare(path.join(resize, `${source}.png`), n), n, n);
    expect(Math.abs(x - 0.3 * n)).toBeLessThan(0.05);
    expect(Math.abs(y - 0.62 * n)).toBeLessThan(0.05);
  });

  it('are shifted half a pixel to the right and down for runs of earlier versions', async () => {
    const [x, y] = centreOf(await decodeSquare(path.join(resize, '50x50.png'), 96, { resampling: 'shifted' }), 96, 96);
    expect(x - 0.3 * 96).toBeCloseTo(0.5, 1);
    expect(y - 0.62 * 96).toBeCloseTo(0.5, 1);
  });
});

describe('rotated and mirrored copies of an image', () => {
  const copies = [2, 3, 4, 5, 6, 7, 8].flatMap((orientation) => ['png', 'tif'].map((format) => `${orientation}.${format}`));
  // 90 x 62 px: sizes below and between shrink, those above and between grow.
  it.each(copies)('%s gives the pixels of the upright one, to 2/255', async (name) => {
    for (const size of [32, 60, 64, 80, 96, 128]) {
      const upright = await decodeSquare(path.join(FIXTURES, 'turned', '1.png'), size);
      expect(largestDifference(await decodeSquare(path.join(FIXTURES, 'turned', name), size), upright), `${size} px`).toBeLessThanOrEqual(2);
    }
  });
});

describe('a large JPEG, which is shrunk on load', () => {
  it.each([3, 6, 8])('gives the pixels of the upright one when it is stored turned (EXIF %i), to 2/255', async (orientation) => {
    const [w, h] = [1024, 768]; // multiples of 8: a turned JPEG has the same blocks, turned
    const pixels = Uint8Array.from({ length: w * h * 3 }, (_, i) => {
      const [x, y] = [Math.floor(i / 3) % w, Math.floor(i / 3 / w)];
      return (x * 3 + y * 5) % 700 < 350 ? 255 - (i % 3) * 90 : 20 + (x >> 3);
    });
    const raw = { raw: { width: w, height: h, channels: 3 as const } };
    const folder = await mkdtemp(path.join(tmpdir(), 'turned-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const jpeg = { quality: 100, chromaSubsampling: '4:4:4' };
    const [upright, turned] = [path.join(folder, 'upright [1].jpg'), path.join(folder, 'turned [1].jpg')];
    await sharp(pixels, raw).jpeg(jpeg).toFile(upright);
    const angle = { 3: 180, 6: 270, 8: 90 }[orientation]!;
    await sharp(pixels, raw).rotate(angle).withMetadata({ orientation }).jpeg(jpeg).toFile(turned);
    for (const size of [96, 224]) {
      expect(largestDifference(await decodeSquare(turned, size), await decodeSquare(upright, size)), `${size} px`).toBeLessThanOrEqual(2);
    }
  });
});

describe('a photograph, its map and the values under the pointer are aligned on images that are not square', () => {
  it.each([
    [240, 60],
    [60, 240],
    [40, 30],
  ])('%i x %i px', async (w, h) => {
    const file = path.join(FIXTURES, 'resize', `${w}x${h}.png`);
    // A network's map of the bump: cells of the square of what the network sees.
    const size = 64;
    const cells = 16;
    const square = await decodeSquare(file, size);
    const map = new Float32Array(cells * cells);
    for (let i = 0; i < size * size; i++) {
      const cell = Math.floor(Math.floor(i / size) / 4) * cells + Math.floor((i % size) / 4);
      map[cell]! += square[i * 3]! / 16;
    }
    // The overlay's photograph is enlarged, the map is spread over it.
    const [W, H] = [w * 3, h * 3];
    const photo = await resizeRgb(await decodePhoto(file, 1024), W, H);
    const overlay = resample({ map, w: cells, h: cells }, W, H);
    const inPhoto = centreOf(photo.data, W, H);
    const inOverlay = centreOf(overlay, W, H, 1);
    expect(Math.abs(inPhoto[0] / W - 0.3)).toBeLessThan(0.005);
    expect(Math.abs(inPhoto[1] / H - 0.62)).toBeLessThan(0.005);
    expect(Math.abs(inOverlay[0] / W - 0.3)).toBeLessThan(0.005);
    expect(Math.abs(inOverlay[1] / H - 0.62)).toBeLessThan(0.005);
    // The value under the pointer at a pixel's centre is the overlay's value there.
    for (const [x, y] of [
      [0, 0],
      [Math.floor(W * 0.3), Math.floor(H * 0.62)],
      [W - 1, H - 1],
    ] as const) {
      expect(valueAt({ map, w: cells, h: cells }, (x + 0.5) / W, (y + 0.5) / H)).toBeCloseTo(overlay[y * W + x]!, 4);
    }
  });
});
