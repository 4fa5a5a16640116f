import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { encodeLogo } from '../../../src/main/compute/images/logo.ts';
import { MAX_LOGO_BYTES } from '../../../src/shared/report.ts';

const flat = (width: number, height: number, channels: 3 | 4 = 3): Sharp =>
  sharp({ create: { width, height, channels, background: { r: 200, g: 30, b: 60, alpha: 0.5 } } });
const svg = (body: string, size = 'width="240" height="60"'): Buffer =>
  Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" ${size}>${body}</svg>`);
const sizeOf = async (png: Uint8Array): Promise<[string, number, number]> => {
  const { format, width, height } = await sharp(png).metadata();
  return [format, width, height];
};

describe('a logo', () => {
  test.each([
    ['PNG', () => flat(300, 100).png().toBuffer(), [300, 100]],
    ['JPEG', () => flat(1440, 230).jpeg().toBuffer(), [720, 115]],
    ['WebP', () => flat(500, 500).webp().toBuffer(), [230, 230]],
    [
      'JPEG turned by its EXIF tag',
      () => flat(300, 100).withMetadata({ orientation: 6 }).jpeg().toBuffer(),
      [100, 300].map((x) => Math.round((x * 230) / 300)),
    ],
    ['SVG, drawn at full size', () => svg('<rect width="240" height="60" fill="red"/>'), [720, 180]],
    ['SVG without a size', () => svg('<rect width="8" height="4" fill="red"/>', 'viewBox="0 0 8 4"'), [460, 230]],
  ])('from %s is a PNG of at most 720 × 230 px', async (_, file, [width, height]) => {
    expect(await sizeOf(await encodeLogo(await file()))).toEqual(['png', width, height]);
  });

  test('keeps transparency and loses metadata', async () => {
    const file = await flat(60, 40, 4)
      .withExif({ IFD0: { Copyright: 'private-note', Artist: 'private-name' } })
      .png()
      .toBuffer();
    expect(file.toString('latin1')).toContain('private-note');
    const png = await encodeLogo(file);
    expect(Buffer.from(png).toString('latin1')).not.toMatch(/private|eXIf|tEXt|iTXt|zTXt|iCCP/);
    const [red, , , alpha] = await sharp(png).raw().toBuffer();
    expect([red, alpha]).toEqual([200, 128]);
  });

  test('from SVG runs no script and loads no file', async () => {
    const secret = 'file:///etc/hostname';
    const png = await encodeLogo(
      svg(`<script>throw 1</script><image xlink:href="${secret}" width="50" height="50"/><rect x="200" width="40" height="60"/>`),
    );
    expect(await sizeOf(png)).toEqual(['png', 720, 180]);
    expect(Buffer.from(png).toString('latin1')).not.toMatch(/script|hostname/);
    const { data, info } = await sharp(png).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    expect([data[3], data[4 * (info.width - 1) + 3]]).toEqual([0, 255]); // nothing where the file would be, the drawing elsewhere
  });

  test.each([
    ['text', Buffer.from('not an image'), /^The logo is text: choose a PNG, JPEG, WebP or SVG file\.$/],
    ['a web page', Buffer.from('<!doctype html><script>1</script>'), /is a web page/],
    ['a PDF', Buffer.from('%PDF-1.7 …'), /is a PDF document/],
    ['another image format', Buffer.from('GIF89a\x01\0\x01\0\0\0\0;', 'latin1'), /is a GIF image: choose/],
    ['nothing', Buffer.alloc(0), /is not an image|is text/],
    ['a damaged PNG', Buffer.from('\x89PNG\r\n\x1a\n then nothing', 'latin1'), /is damaged or too large/],
    ['a huge SVG', svg('', 'width="90000" height="90000"'), /is damaged or too large/],
    ['too many bytes', Buffer.alloc(MAX_LOGO_BYTES + 200_000), /^The logo has 5\.2\sMB: choose a file of at most 5\.0\sMB\.$/],
  ])('is refused with its reason: %s', async (_, bytes, words) => {
    await expect(encodeLogo(bytes)).rejects.toMatchObject({ code: 'bad-image', message: expect.stringMatching(words) });
  });
});
