import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import path from 'node:path';
import sharp, { type Create, type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import {
  decodePhoto,
  decodeSquare,
  encodeJpeg,
  encodePng,
  inspect,
  rasterise,
  resizeRgb,
  type RgbImage,
} from '../../../src/main/compute/images/images.ts';
import { folderForTests } from './files.ts';

const { put } = folderForTests();

type Rgb = [number, number, number];

/** An image of 2 x 2 fields: upper left, upper right, lower left, lower right. */
function fields(colours: readonly (readonly number[])[], width: number, height: number): Sharp {
  const channels = colours[0]!.length as 1 | 2 | 3 | 4;
  const data = Buffer.alloc(width * height * channels);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const colour = colours[(y < height / 2 ? 0 : 2) + (x < width / 2 ? 0 : 1)]!;
      for (let c = 0; c < channels; c++) data[(y * width + x) * channels + c] = colour[c]!;
    }
  }
  return sharp(data, { raw: { width, height, channels } });
}

/** The colours in the middles of the four fields. */
function middles({ data, width, height }: RgbImage): Rgb[] {
  const at = (fx: number, fy: number): Rgb => {
    const i = (Math.floor(fy * height) * width + Math.floor(fx * width)) * 3;
    return [data[i]!, data[i + 1]!, data[i + 2]!];
  };
  return [at(0.25, 0.25), at(0.75, 0.25), at(0.25, 0.75), at(0.75, 0.75)];
}

/** Both ways of decoding must show the same four colours. */
async function expectFields(file: string, expected: readonly (readonly number[])[], tolerance: number): Promise<void> {
  const square = { data: await decodeSquare(file, 32), width: 32, height: 32 };
  const photo = await decodePhoto(file, 1024);
  expect(square.data).toHaveLength(32 * 32 * 3);
  expect(photo.data).toHaveLength(photo.width * photo.height * 3);
  for (const [i, colour] of expected.entries()) {
    for (let c = 0; c < 3; c++) {
      expect(Math.abs(middles(square)[i]![c]! - colour[c]!), `square, field ${i}, channel ${c}`).toBeLessThanOrEqual(tolerance);
      expect(Math.abs(middles(photo)[i]![c]! - colour[c]!), `photo, field ${i}, channel ${c}`).toBeLessThanOrEqual(tolerance);
    }
  }
}

const COLOURS: Rgb[] = [
  [220, 30, 40],
  [40, 180, 60],
  [30, 60, 200],
  [240, 220, 90],
];

describe('the same image in every encoding', () => {
  const encodings: [string, (p: Sharp) => Promise<Buffer>, number][] = [
    ['a.jpg', (p) => p.jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer(), 5],
    ['progressive.jpg', (p) => p.jpeg({ quality: 95, progressive: true }).toBuffer(), 5],
    ['a.png', (p) => p.png().toBuffer(), 0],
    ['palette.png', (p) => p.png({ palette: true }).toBuffer(), 3],
    ['a.webp', (p) => p.webp({ lossless: true }).toBuffer(), 0],
    ['a.tiff', (p) => p.tiff({ compression: 'lzw' }).toBuffer(), 0],
    ['a.gif', (p) => p.gif().toBuffer(), 6],
    ['a.avif', (p) => p.avif({ quality: 90, chromaSubsampling: '4:4:4' }).toBuffer(), 8],
    ['16 bit.png', (p) => p.toColourspace('rgb16').png().toBuffer(), 1],
    ['16 bit.tiff', (p) => p.toColourspace('rgb16').tiff().toBuffer(), 1],
    ['alpha.png', (p) => p.ensureAlpha().png().toBuffer(), 0],
    ['profile.jpg', (p) => p.withIccProfile('srgb').jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer(), 5],
  ];
  it.each(encodings)('%s keeps the colours, in the square and in the photograph', async (name, encode, tolerance) => {
    await expectFields(await put(name, await encode(fields(COLOURS, 96, 64))), COLOURS, tolerance);
  });

  it('undoes a wide-gamut profile: the numbers of a Display P3 file differ, its colours do not', async () => {
    const bytes = await fields(COLOURS, 96, 64).withIccProfile('p3').png().toBuffer();
    const stored = await sharp(bytes, { ignoreIcc: true }).raw().toBuffer();
    expect(Math.abs(stored[0]! - COLOURS[0]![0])).toBeGreaterThan(8);
    await expectFields(await put('p3.png', bytes), COLOURS, 2);
  });

  it('converts CMYK: hues are preserved', async () => {
    const bytes = await fields(COLOURS, 96, 64).toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer();
    expect((await sharp(bytes).metadata()).space).toBe('cmyk');
    const file = await put('cmyk.jpg', bytes);
    await expectFields(file, COLOURS, 65); // CMYK has a smaller gamut than sRGB
    const [red, green, blue] = middles(await decodePhoto(file, 1024));
    expect(red!.indexOf(Math.max(...red!))).toBe(0);
    expect(green!.indexOf(Math.max(...green!))).toBe(1);
    expect(blue!.indexOf(Math.max(...blue!))).toBe(2);
  });

  const GREYS = [[0], [90], [180], [255]];
  const greyRgb = GREYS.map(([g]) => [g!, g!, g!]);
  it.each<[string, (p: Sharp) => Promise<Buffer>, number]>([
    ['grey.png', (p) => p.toColourspace('b-w').png().toBuffer(), 0],
    ['grey.jpg', (p) => p.toColourspace('b-w').jpeg({ quality: 95 }).toBuffer(), 3],
    ['grey 16 bit.png', (p) => p.toColourspace('grey16').png().toBuffer(), 1],
    ['grey.tiff', (p) => p.toColourspace('b-w').tiff().toBuffer(), 0],
  ])('%s becomes three equal channels', async (name, encode, tolerance) => {
    const bytes = await encode(fields(GREYS, 96, 64));
    expect((await sharp(bytes).metadata()).channels).toBe(1);
    await expectFields(await put(name, bytes), greyRgb, tolerance);
  });

  it('scales 16 bit to 8 bit instead of truncating', async () => {
    const values = [0, 0x4040, 0x8080, 0xffff];
    const raw = new Uint16Array(64 * 64 * 3).map((_, i) => {
      const pixel = Math.floor(i / 3);
      return values[(pixel < 64 * 32 ? 0 : 2) + (pixel % 64 < 32 ? 0 : 1)]!;
    });
    const bytes = await sharp(raw, { raw: { width: 64, height: 64, channels: 3 } })
      .toColourspace('rgb16')
      .png()
      .toBuffer();
    expect((await sharp(bytes).metadata()).depth).toBe('ushort');
    const eight = [0, 0x40, 0x80, 0xff].map((v) => [v, v, v]);
    await expectFields(await put('sixteen.png', bytes), eight, 1);
  });
});

describe('transparency is blended onto mid-grey', () => {
  const ALPHA = [
    [220, 30, 40, 0],
    [40, 180, 60, 255],
    [30, 60, 200, 128],
    [250, 250, 250, 64],
  ];
  const onGrey = ALPHA.map(([r, g, b, a]) => [r!, g!, b!].map((c) => (c * a! + 128 * (255 - a!)) / 255));

  it.each<[string, (p: Sharp) => Promise<Buffer>, number]>([
    ['rgba.png', (p) => p.png().toBuffer(), 1],
    ['rgba.webp', (p) => p.webp({ lossless: true, exact: true }).toBuffer(), 1],
    ['rgba 16 bit.png', (p) => p.toColourspace('rgb16').png().toBuffer(), 1.5],
    ['palette with transparency.png', (p) => p.png({ palette: true }).toBuffer(), 3],
  ])('%s', async (name, encode, tolerance) => {
    await expectFields(await put(name, await encode(fields(ALPHA, 96, 64))), onGrey, tolerance);
  });

  it('grey with alpha', async () => {
    const bytes = await fields(
      [
        [200, 0],
        [200, 255],
        [10, 128],
        [0, 255],
      ],
      96,
      64,
    )
      .toColourspace('b-w')
      .png()
      .toBuffer();
    expect((await sharp(bytes).metadata()).channels).toBe(2);
    const expected = [128, 200, (10 * 128 + 128 * 127) / 255, 0].map((v) => [v, v, v]);
    await expectFields(await put('grey alpha.png', bytes), expected, 1);
  });

  it('a GIF whose background is transparent', async () => {
    const bytes = await fields(
      [
        [200, 0, 0, 255],
        [0, 0, 0, 0],
        [0, 0, 0, 0],
        [0, 0, 200, 255],
      ],
      96,
      64,
    )
      .gif()
      .toBuffer();
    await expectFields(
      await put('transparent.gif', bytes),
      [
        [200, 0, 0],
        [128, 128, 128],
        [128, 128, 128],
        [0, 0, 200],
      ],
      6,
    );
  });
});

describe('EXIF rotation', () => {
  // What a viewer sees for an image stored as upper left a, upper right b, lower left c, lower right d (EXIF 2.32, tag 0x0112).
  const [a, b, c, d] = COLOURS as [Rgb, Rgb, Rgb, Rgb];
  it.each<[number, Rgb[]]>([
    [1, [a, b, c, d]],
    [2, [b, a, d, c]],
    [3, [d, c, b, a]],
    [4, [c, d, a, b]],
    [5, [a, c, b, d]],
    [6, [c, a, d, b]],
    [7, [d, b, c, a]],
    [8, [b, d, a, c]],
  ])('decodes orientation %i upright, with the upright size', async (orientation, seen) => {
    const bytes = await fields(COLOURS, 120, 60).withMetadata({ orientation }).jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer();
    const file = await put(`orientation ${orientation}.jpg`, bytes);
    await expectFields(file, seen, 6);
    const size = orientation >= 5 ? { width: 60, height: 120 } : { width: 120, height: 60 };
    expect(await inspect(file)).toMatchObject(size);
    expect(await decodePhoto(file, 1024)).toMatchObject(size);
  });
});

describe('geometry', () => {
  it('stretches the whole image to the square without cropping', async () => {
    const black = [0, 0, 0];
    const white = [255, 255, 255];
    const file = await put('wide.png', await fields([black, white, black, white], 400, 50).png().toBuffer());
    const square = await decodeSquare(file, 16);
    for (let y = 0; y < 16; y++) {
      for (let x = 0; x < 16; x++) {
        if (x === 7 || x === 8) continue; // the kernel rings at the step itself
        expect(Math.abs(square[(y * 16 + x) * 3]! - (x < 8 ? 0 : 255))).toBeLessThan(20);
      }
    }
  });

  it('averages fine detail when shrinking instead of picking pixels', async () => {
    const data = Buffer.alloc(256 * 256 * 3);
    for (let i = 0; i < 256 * 256; i++) data.fill(((i % 256) + Math.floor(i / 256)) % 2 ? 255 : 0, i * 3, i * 3 + 3);
    const file = await put(
      'fine.png',
      await sharp(data, { raw: { width: 256, height: 256, channels: 3 } })
        .png()
        .toBuffer(),
    );
    for (const value of await decodeSquare(file, 32)) expect(Math.abs(value - 127.5)).toBeLessThan(6);
  });

  it('fits a photograph into the longest side and never enlarges it', async () => {
    const file = await put('tall.png', await fields(COLOURS, 60, 240).png().toBuffer());
    expect(await decodePhoto(file, 120)).toMatchObject({ width: 30, height: 120 });
    expect(await decodePhoto(file, 1024)).toMatchObject({ width: 60, height: 240 });
  });

  it('takes the first frame of an animation', async () => {
    const frame = (r: number, bl: number): Create => ({ width: 40, height: 40, channels: 3, background: { r, g: 0, b: bl } });
    const [one, two] = await Promise.all([
      sharp({ create: frame(250, 0) })
        .png()
        .toBuffer(),
      sharp({ create: frame(0, 250) })
        .png()
        .toBuffer(),
    ]);
    const bytes = await sharp([one, two], { join: { animated: true } })
      .gif()
      .toBuffer();
    expect((await sharp(bytes, { animated: true }).metadata()).pages).toBe(2);
    const file = await put('moving.gif', bytes);
    await expectFields(
      file,
      Array.from({ length: 4 }, () => [250, 0, 0]),
      4,
    );
    expect(await inspect(file)).toMatchObject({ width: 40, height: 40 });
  });

  it('detects the format by content, not by file name', async () => {
    const bytes = await fields(COLOURS, 96, 64).jpeg({ quality: 95 }).toBuffer();
    const file = await put('really a jpeg.png', bytes);
    expect(await inspect(file)).toMatchObject({ sha256: createHash('sha256').update(bytes).digest('hex'), width: 96, height: 64 });
  });
});

describe('encoding', () => {
  const decodedFields = async (): Promise<RgbImage> => decodePhoto(await put('source.png', await fields(COLOURS, 64, 48).png().toBuffer()), 64);

  it('a PNG round trip is exact, a JPEG one nearly', async () => {
    const source = await decodedFields();
    const png = await decodePhoto(await put('again.png', await encodePng(source)), 64);
    expect(Buffer.from(png.data).equals(Buffer.from(source.data))).toBe(true);
    await expectFields(await put('again.jpg', await encodeJpeg(source)), COLOURS, 8);
  });

  it('stretches to the given size', async () => {
    const bigger = await resizeRgb(await decodedFields(), 128, 60);
    expect(bigger).toMatchObject({ width: 128, height: 60 });
    expect(middles(bigger)).toEqual(COLOURS);
  });

  it('rasterises an SVG at its own size, one pixel per unit', async () => {
    const { data, width, height } = await rasterise(
      '<svg xmlns="http://www.w3.org/2000/svg" width="5" height="4"><rect x="2" y="1" width="1" height="1" fill="#ff8000"/></svg>',
    );
    expect([width, height]).toEqual([5, 4]);
    const opaque = Array.from({ length: 20 }, (_, i) => i).filter((i) => data[i * 4 + 3]! > 0);
    expect(opaque).toEqual([1 * 5 + 2]);
    expect([...data.subarray(7 * 4, 7 * 4 + 4)]).toEqual([255, 128, 0, 255]);
  });
});

const photographs = path.resolve('..', 'shared', 'data', 'flowers', 'Sunflower');
describe.skipIf(!existsSync(photographs))('real photographs (skipped where ../shared/data is absent)', () => {
  it('square and photo have the same mean colour, and a sunflower field is yellow rather than blue', async () => {
    const names = (await readdir(photographs)).sort().slice(0, 12);
    let yellow = 0;
    for (const name of names) {
      const file = path.join(photographs, name);
      const photo = await decodePhoto(file, 1024);
      const square = await decodeSquare(file, 128);
      const mean = (data: Uint8Array, c: number): number => {
        let sum = 0;
        for (let i = c; i < data.length; i += 3) sum += data[i]!;
        return (sum * 3) / data.length;
      };
      for (let c = 0; c < 3; c++) expect(Math.abs(mean(square, c) - mean(photo.data, c))).toBeLessThan(1);
      if (mean(square, 0) > mean(square, 2)) yellow++;
      const found = await inspect(file);
      expect(found.sha256).toBe(
        createHash('sha256')
          .update(await readFile(file))
          .digest('hex'),
      );
      expect([photo.width, photo.height]).toEqual([found.width, found.height]);
    }
    expect(yellow).toBeGreaterThan(names.length / 2);
  });
});
