import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodePhoto, decodeSquare, inspect } from '../../../src/main/compute/images/images.ts';
import { AppError } from '../../../src/shared/errors.ts';
import { randomFor } from '../../../src/shared/random.ts';
import { folderForTests } from './files.ts';

const { folder, put } = folderForTests();

/** An image of 300 x 200 px in soft colours. */
function softImage(): Sharp {
  const data = Uint8Array.from({ length: 300 * 200 * 3 }, (_, i) => 128 + 100 * Math.sin(i / 977 + (i % 3)));
  return sharp(data, { raw: { width: 300, height: 200, channels: 3 } });
}

describe('a file that is no image is refused with the reason', () => {
  const reasonOf = async (file: string, options = {}): Promise<string> => {
    const errors = await Promise.all(
      [inspect(file, options), decodeSquare(file, 32, options), decodePhoto(file, 64, options)].map((p) =>
        p.then(
          () => null,
          (e: unknown) => e,
        ),
      ),
    );
    for (const error of errors) {
      expect(error).toBeInstanceOf(AppError);
      expect(error).toMatchObject({ code: 'bad-image', message: (errors[0] as AppError).message });
    }
    const { message, details } = errors[0] as AppError;
    expect(message).toBe(`${path.basename(file)} ${String(details['reason'])}`);
    expect(message).not.toMatch(/vips|buffer|input|libpng|heif/i);
    return message;
  };
  const jpeg = (): Promise<Buffer> => softImage().jpeg({ quality: 90 }).toBuffer();

  it.each<[string, string | Uint8Array, RegExp]>([
    ['empty.jpg', '', /^empty\.jpg is empty/],
    ['notes.jpg', 'Bought on Tuesday, see list.', /isn't an image; it looks like text/],
    ['page.png', '\n<!DOCTYPE html><html><body>404</body></html>', /isn't an image; it looks like a web page/],
    ['paper.jpg', '%PDF-1.7\n%âãÏÓ\n1 0 obj', /isn't an image; it looks like a PDF/],
    ['drawing.svg', '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', /SVG.*save it as/],
    ['icon.svg', '<?xml version="1.0"?><!-- a --><!-- b --><!DOCTYPE svg [<!ENTITY c "d">]><!-- e --><svg/>', /SVG.*save it as/],
    ['records.jpg', `${'<!---->'.repeat(500)}<records/>`, /isn't an image; it looks like text/], // the time must not grow exponentially
    ['Thumbs.db', Uint8Array.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, 0, 0, 0, 0]), /isn't an image$/],
    ['archive.jpg', Uint8Array.from([0x50, 0x4b, 3, 4, 20, 0, 0, 0]), /isn't an image; it looks like a ZIP/],
    ['phone.heic', Buffer.from('\0\0\0\u0018ftypheic\0\0\0\0mif1heic'), /HEIC.*save it as/],
    ['zeros.png', new Uint8Array(500), /isn't an image$/],
    ['head only.jpg', Uint8Array.from([0xff, 0xd8, 0xff, 0xe0]), /is (truncated|damaged)/],
  ])('%s', async (name, content, reason) => {
    expect(await reasonOf(await put(name, Buffer.from(content as Uint8Array)))).toMatch(reason);
  });

  it.each<[string, (p: Sharp) => Promise<Buffer>]>([
    ['cut.jpg', (p) => p.jpeg().toBuffer()],
    ['cut.png', (p) => p.png().toBuffer()],
    ['cut.webp', (p) => p.webp().toBuffer()],
    ['cut.gif', (p) => p.gif().toBuffer()],
    ['cut.tiff', (p) => p.tiff().toBuffer()],
    ['cut.avif', (p) => p.avif().toBuffer()],
  ])('reports %s, cut in the middle, as truncated', async (name, encode) => {
    const bytes = await encode(softImage());
    const whole = await put(`whole ${name}`, bytes);
    await expect(inspect(whole)).resolves.toMatchObject({ width: 300 });
    expect(await reasonOf(await put(name, bytes.subarray(0, Math.floor(bytes.length / 2))))).toMatch(/is truncated/);
  });

  it('reports a JPEG without its last bytes as truncated, at any size', async () => {
    const bytes = await jpeg();
    expect(await reasonOf(await put('almost.jpg', bytes.subarray(0, bytes.length - 40)))).toMatch(/is truncated/);
  });

  it.each<[string, (p: Sharp) => Promise<Buffer>]>([
    ['rows.png', (p) => p.png({ compressionLevel: 0 }).toBuffer()],
    ['rows.jpg', (p) => p.jpeg().toBuffer()],
    ['rows progressive.jpg', (p) => p.jpeg({ progressive: true }).toBuffer()],
    ['rows.webp', (p) => p.webp().toBuffer()],
    ['rows.gif', (p) => p.gif().toBuffer()],
    ['rows.tiff', (p) => p.tiff({ compression: 'none' }).toBuffer()],
  ])('reports %s, a large image without its last rows, as truncated', async (name, encode) => {
    const noise = randomFor(1);
    const data = Uint8Array.from({ length: 320 * 1000 * 3 }, () => noise.below(256));
    const bytes = await encode(sharp(data, { raw: { width: 320, height: 1000, channels: 3 } }));
    expect(await reasonOf(await put(name, bytes.subarray(0, bytes.length - 2500)))).toMatch(/is truncated/);
  });

  it.each([
    ['palette', { palette: true }],
    ['RGB', {}],
  ])('refuses a PNG (%s) whose header says more pixels than its bytes can contain, without decoding them', async (_, options) => {
    const bytes = await softImage().png(options).toBuffer();
    bytes.writeUInt32BE(400_000, 16);
    bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)), 29);
    const { user, system } = process.cpuUsage();
    expect(await reasonOf(await put('wide.png', bytes))).toMatch(/header says 400000 × 200 px, more than its \d+ bytes can contain/);
    const used = process.cpuUsage({ user, system });
    expect((used.user + used.system) / 1e6).toBeLessThan(2); // s for three readings; decoding took about 1 s each
  });

  it('reads a PNG of one colour, whose rows shrink about as much as deflate can shrink them', async () => {
    const white = sharp({ create: { width: 4000, height: 4000, channels: 3, background: '#fff' } });
    const bytes = await white.png({ compressionLevel: 9 }).toBuffer();
    expect((4000 * 12_001) / bytes.length).toBeGreaterThan(500);
    expect(await decodePhoto(await put('white.png', bytes), 64)).toMatchObject({ width: 64, height: 64 });
  });

  it('reports a PNG with a flipped byte as damaged, not truncated', async () => {
    const bytes = await softImage().png().toBuffer();
    const at = bytes.indexOf('IDAT') + 40;
    bytes[at] = bytes[at]! ^ 0xff;
    expect(await reasonOf(await put('flipped.png', bytes))).toMatch(/is damaged/);
  });

  it('names the size of an image that takes too much memory', async () => {
    const file = await put('large.jpg', await jpeg());
    expect(await reasonOf(file, { memoryLimit: 11_249 })).toMatch(/300 × 200 px/);
    await expect(inspect(file, { memoryLimit: 11_250 })).resolves.toMatchObject({ width: 300, height: 200 });
  });

  it('accepts a photograph of 108 megapixels, as phones make them', async () => {
    const [width, height] = [12_032, 9024];
    const green = { r: 51, g: 136, b: 85 };
    const file = path.join(folder, '108 megapixels.jpg');
    await sharp({ create: { width, height, channels: 3, background: green } })
      .jpeg({ quality: 60 })
      .toFile(file);
    await expect(inspect(file)).resolves.toMatchObject({ width, height });
    const [r, g, b] = await decodeSquare(file, 32);
    for (const [value, expected] of [
      [r, green.r],
      [g, green.g],
      [b, green.b],
    ] as const)
      expect(Math.abs(value! - expected)).toBeLessThanOrEqual(2);
  });

  it('refuses a decompression bomb by its header: 20000 x 20000 px in a few kilobytes', async () => {
    const bytes = await softImage().png().toBuffer();
    bytes.writeUInt32BE(20_000, 16); // IHDR: length, type, width, height, five bytes more, checksum over all but the length
    bytes.writeUInt32BE(20_000, 20);
    bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)), 29);
    expect(await reasonOf(await put('bomb.png', bytes))).toMatch(
      /20000 × 20000 px \(400 megapixels\) take 1\.1 GB of memory, and the limit on this computer is/,
    );
  });

  it('refuses 32-bit samples, which it could not display correctly', async () => {
    // A TIFF of 4 x 4 float32 greys: header, one directory of (tag, type 3 = uint16 or 4 = uint32, count, value), then the strip.
    const tags = [
      [256, 4],
      [257, 4],
      [258, 32],
      [259, 1],
      [262, 1],
      [273, 0],
      [277, 1],
      [278, 4],
      [279, 64],
      [339, 3],
    ] as const;
    const strip = 8 + 2 + tags.length * 12 + 4;
    const bytes = Buffer.alloc(strip + 64);
    bytes.write('II*\0\x08\0\0\0', 'latin1');
    bytes.writeUInt16LE(tags.length, 8);
    for (const [i, [tag, value]] of tags.entries()) {
      const at = 10 + i * 12;
      bytes.writeUInt16LE(tag, at);
      bytes.writeUInt16LE(4, at + 2);
      bytes.writeUInt32LE(1, at + 4);
      bytes.writeUInt32LE(tag === 273 ? strip : value, at + 8);
    }
    for (let i = 0; i < 16; i++) bytes.writeFloatLE(i / 16, strip + i * 4);
    expect((await sharp(bytes).metadata()).depth).toBe('float');
    expect(await reasonOf(await put('float.tiff', bytes))).toMatch(/neither 8 nor 16 bit/);
  });

  it('refuses a file that changed since its import', async () => {
    const file = await put('swapped.jpg', await jpeg());
    const { sha256 } = await inspect(file);
    await expect(decodeSquare(file, 16, { sha256 })).resolves.toHaveLength(16 * 16 * 3);
    await put('swapped.jpg', await softImage().negate().jpeg().toBuffer());
    expect(await reasonOf(file, { sha256 })).toMatch(/has changed since it was imported/);
  });

  it.skipIf(process.platform === 'win32')('refuses a pipe without waiting for its writer', async () => {
    const pipe = path.join(folder, 'pipe.jpg');
    execFileSync('mkfifo', [pipe]);
    expect(await reasonOf(pipe)).toMatch(/is not a file/);
  });

  it('refuses a folder, and does not find a missing file', async () => {
    expect(await reasonOf(folder)).toMatch(/is a folder/);
    await expect(inspect(path.join(folder, 'gone.jpg'))).rejects.toMatchObject({ code: 'not-found' });
  });
});
