import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { beforeEach, expect, it } from 'vitest';
import { measureContent, readContent } from '../../../src/main/compute/content/content-rows.ts';
import { packImages } from '../../../src/main/domain/pairs/packed.ts';
import type { ContentRequest } from '../../../src/main/compute/protocol/content.ts';
import { AppError } from '../../../src/shared/errors.ts';
import { QUALITY_NUMBERS, type QualityNumber } from '../../../src/shared/quality.ts';
import { folderForTests } from '../images/files.ts';

const { put, folder } = folderForTests();
let cache: string;
let tests = 0;
beforeEach(() => void (cache = join(folder, `cache ${tests++}`)));

const request = (files: Record<string, Buffer>, sampleBits: number | null = null): ContentRequest => ({
  folder: cache,
  root: folder,
  sampleBits,
  images: packImages(
    Object.entries(files).map(([file, bytes], id) => {
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      return { id, file, className: 'a', sha256, content: sha256, group: null, split: 'train' as const };
    }),
  ),
});

async function write(files: Record<string, Sharp | Buffer>): Promise<Record<string, Buffer>> {
  const written: Record<string, Buffer> = {};
  for (const [name, image] of Object.entries(files)) await put(name, (written[name] = Buffer.isBuffer(image) ? image : await image.toBuffer()));
  return written;
}

async function measure(req: ContentRequest, signal = new AbortController().signal) {
  const totals: number[] = [];
  const unreadable = await measureContent(req, { signal, progress: ({ total }) => void totals.push(total) });
  const { numbers, measured } = await readContent(req);
  const rows = Array.from(measured, (_, i) => QUALITY_NUMBERS.map((name, at) => [name, numbers[i * QUALITY_NUMBERS.length + at]!]));
  return { unreadable, measured: [...measured], totals, rows: rows.map((row) => Object.fromEntries(row) as Record<QualityNumber, number>) };
}

/** Grey stripes, 40 × 20 px: values up to `most` of `depth` bits. */
function stripes(most: number, depth: 8 | 16): Sharp {
  const samples = Array.from({ length: 40 * 20 * 3 }, (_, i) => Math.round((most * (Math.floor(i / 3) % 8)) / 7));
  const raw = { width: 40, height: 20, channels: 3 as const };
  return depth === 8 ? sharp(Uint8Array.from(samples), { raw }).png() : sharp(Uint16Array.from(samples), { raw }).toColourspace('rgb16').png();
}

it('measures the upright image, with the range of 16-bit samples and transparent pixels on grey', async () => {
  const turned = await sharp(await stripes(255, 8).toBuffer())
    .withMetadata({ orientation: 6 })
    .png()
    .toBuffer();
  const clear = sharp({ create: { width: 8, height: 8, channels: 4, background: { r: 255, g: 0, b: 0, alpha: 0 } } }).png();
  const files = await write({ 'plain.png': stripes(255, 8), 'turned.png': turned, 'deep.png': stripes(4095, 16), 'clear.png': clear });
  const { rows, unreadable } = await measure(request(files, 12));
  expect(unreadable).toEqual([]);
  const [plain, upright, deep, transparent] = rows as [(typeof rows)[0], (typeof rows)[0], (typeof rows)[0], (typeof rows)[0]];
  expect(plain).toMatchObject({ aspect: 2, highlights: 255, shadows: 0, colour: 0, entropy: 3 });
  for (const name of QUALITY_NUMBERS) expect(upright[name], name).toBeCloseTo(plain[name], 3);
  expect(deep.highlights).toBe(255);
  expect(deep.contrast).toBeCloseTo(plain.contrast, 0);
  expect(transparent).toMatchObject({ highlights: 128, shadows: 128, colour: 0, contrast: 0, sharpness: NaN });
});

it('names images that can’t be read, and keeps on', async () => {
  const whole = await stripes(200, 8).toBuffer();
  const files = await write({ 'a.png': whole, 'b.png': whole.subarray(0, whole.length - 40), 'c.png': stripes(100, 8) });
  const missing = { ...files, 'gone.png': Buffer.from('x') };
  const changed = { ...missing, 'changed.png': Buffer.from('y') };
  await put('changed.png', whole);
  const { unreadable, measured } = await measure(request(changed));
  expect(measured).toEqual([1, 0, 1, 0, 0]);
  expect(unreadable.map(({ image, file }) => [image, file])).toEqual([
    [1, 'b.png'],
    [3, 'gone.png'],
    [4, 'changed.png'],
  ]);
  for (const { reason } of unreadable) expect(reason).toMatch(/truncated|damaged|no longer|changed/);
});

it('reads only images that are not cached, and measures a damaged row again', async () => {
  const files = await write(Object.fromEntries([50, 100, 150].map((most) => [`${most}.png`, stripes(most, 8)])));
  const { '150.png': _, ...two } = files;
  expect((await measure(request(two))).totals).toEqual([2]);
  const all = await measure(request(files));
  expect(all.totals).toEqual([1]);
  expect((await measure(request(files))).totals).toEqual([]);
  expect((await measure(request(files, 10))).totals).toEqual([3]); // other pixels

  const path = join(cache, 'content-3.rows');
  const bytes = readFileSync(path);
  bytes[5]! ^= 255;
  writeFileSync(path, bytes);
  expect([...(await readContent(request(files))).measured]).toEqual([0, 1, 1]);
});

it('keeps what was measured when it is cancelled', async () => {
  const files = await write(Object.fromEntries(Array.from({ length: 70 }, (_, i) => [`${i}.png`, stripes(50 + i, 8)])));
  const controller = new AbortController();
  const first = measureContent(request(files), { signal: controller.signal, progress: () => controller.abort() });
  await expect(first).rejects.toThrow(AppError);
  expect((await measure(request(files))).totals).toEqual([6]); // the first 64 were kept
});
