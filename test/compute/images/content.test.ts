import { readFile } from 'node:fs/promises';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, test, vi } from 'vitest';
import { inspect, inspectContent } from '../../../src/main/compute/images/images.ts';
import { folderForTests } from './files.ts';

const { put } = folderForTests();

const W = 40;
const H = 30;
/** A gradient with a spot: no two rows or columns are equal. */
const pixels = (change = 0): Buffer => {
  const data = Buffer.from(Uint8Array.from({ length: W * H * 3 }, (_, i) => (i * 7 + Math.floor(i / (W * 3)) * 13) % 256));
  data[600] = (data[600]! + change) % 256;
  return data;
};
const raw = (change?: number): Sharp => sharp(pixels(change), { raw: { width: W, height: H, channels: 3 } });

/** The JPEG with an EXIF block before its other segments (CIPA DC-008): a description and nothing else. */
function withDescription(jpeg: Buffer, text: string): Buffer {
  const value = Buffer.from(`${text.padEnd(8)}\0`, 'latin1');
  const tiff = Buffer.alloc(26);
  tiff.write('II*\0', 'latin1');
  tiff.writeUInt32LE(8, 4); // the first directory
  tiff.writeUInt16LE(1, 8); // with one entry
  tiff.writeUInt16LE(0x010e, 10); // ImageDescription
  tiff.writeUInt16LE(2, 12); // ASCII
  tiff.writeUInt32LE(value.length, 14);
  tiff.writeUInt32LE(26, 18);
  const body = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff, value]);
  const head = Buffer.from([0xff, 0xe1, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([jpeg.subarray(0, 2), head, body, jpeg.subarray(2)]);
}

/** Content of each file; all must have different bytes. */
async function contentsOf(files: Record<string, Buffer>): Promise<string[]> {
  const found = [];
  for (const [name, bytes] of Object.entries(files)) found.push(await inspectContent(await put(name, bytes)));
  expect(new Set(found.map(({ sha256 }) => sha256)).size).toBe(found.length);
  return found.map(({ content }) => content);
}

describe('content', () => {
  test('is equal for a PNG at any compression level, interlaced or as WebP and TIFF', async () => {
    const contents = await contentsOf({
      'level-0.png': await raw().png({ compressionLevel: 0 }).toBuffer(),
      'level-9.png': await raw().png({ compressionLevel: 9 }).toBuffer(),
      'interlaced.png': await raw().png({ progressive: true }).toBuffer(),
      'same.webp': await raw().webp({ lossless: true }).toBuffer(),
      'same.tif': await raw().tiff({ compression: 'lzw' }).toBuffer(),
    });
    expect(new Set(contents).size).toBe(1);
  });

  test('is equal for a JPEG with another EXIF text', async () => {
    const jpeg = await raw().jpeg({ quality: 92 }).toBuffer();
    const [plain, ...tagged] = await contentsOf({
      'plain.jpg': jpeg,
      'one.jpg': withDescription(jpeg, 'copy 1'),
      'two.jpg': withDescription(jpeg, 'edited'),
    });
    expect(tagged).toEqual([plain, plain]);
    expect((await sharp(withDescription(jpeg, 'edited')).metadata()).exif).toBeDefined();
  });

  test('is equal for a JPEG and the PNG that it was converted to', async () => {
    const jpeg = await raw().resize(640, 480, { kernel: 'cubic' }).jpeg({ quality: 92 }).toBuffer();
    const [a, b] = await contentsOf({ 'photo.jpg': jpeg, 'photo.png': await sharp(jpeg).png().toBuffer() });
    expect(a).toBe(b);
  });

  test('is equal for an image rotated by EXIF and one stored upright', async () => {
    const [turned, upright] = await contentsOf({
      'turned.png': await raw().withMetadata({ orientation: 6 }).png().toBuffer(),
      'upright.png': await raw().rotate(90).png().toBuffer(),
    });
    expect(turned).toBe(upright);
  });

  test('is equal for 16-bit files of the same samples', async () => {
    const samples = Uint16Array.from({ length: W * H * 3 }, (_, i) => (i * 577) % 4096);
    const deep = sharp(samples, { raw: { width: W, height: H, channels: 3 } }).toColourspace('rgb16');
    const [one, two] = await contentsOf({
      'deep-0.png': await deep.clone().png({ compressionLevel: 0 }).toBuffer(),
      'deep-9.png': await deep.clone().png({ compressionLevel: 9 }).toBuffer(),
    });
    expect((await sharp(await deep.clone().png().toBuffer()).metadata()).depth).toBe('ushort');
    expect(one).toBe(two);
  });

  test('differs by a single grey level of one pixel, and by shape', async () => {
    const grey = (width: number, height: number): Promise<Buffer> =>
      sharp({ create: { width, height, channels: 3, background: '#808080' } })
        .png()
        .toBuffer();
    const contents = await contentsOf({
      'a.png': await raw().png().toBuffer(),
      'b.png': await raw(1).png().toBuffer(),
      'wide.png': await grey(6, 4),
      'high.png': await grey(4, 6),
    });
    expect(new Set(contents).size).toBe(4);
  });

  test.each([
    ['PNG', 'png', {}],
    ['JPEG', 'jpeg', { quality: 90 }],
  ] as const)('%s is decoded once, as by inspect, and the rest of the answer is the same', async (_, format, options) => {
    const file = await put(`once.${format}`, await raw().toFormat(format, options).toBuffer());
    const decode = vi.spyOn(sharp.prototype as { toBuffer: () => Promise<unknown> }, 'toBuffer');
    try {
      const found = await inspect(file);
      const before = decode.mock.calls.length;
      expect(await inspectContent(file)).toEqual({ ...found, content: expect.stringMatching(/^[0-9a-f]{64}$/) as string });
      expect(before).toBe(1);
      expect(decode.mock.calls.length - before).toBe(1);
    } finally {
      decode.mockRestore();
    }
  });

  test('is that of the bytes where the whole image exceeds the memory limit, and damage is still found', async () => {
    const file = await put('large.jpg', await raw().jpeg().toBuffer());
    const limit = { memoryLimit: W * H * 3 };
    const { sha256, content } = await inspectContent(file, limit);
    expect(content).toBe(sha256);
    const cut = await put('cut.jpg', (await readFile(file)).subarray(0, 700));
    for (const options of [limit, {}]) await expect(inspectContent(cut, options)).rejects.toMatchObject({ code: 'bad-image' });
  });
});
