import { writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { randomFor } from '../../../src/shared/random.ts';
import { temporaryFolder } from '../../features/dataset/png-files.ts';
import { decodePhoto, decodeSquare, inspect, previewJpeg } from '../../../src/main/compute/images/images.ts';

// Four fields in many layouts of file: fixtures/draw_formats.py.
const fixture = (name: string): string => path.join(import.meta.dirname, 'fixtures', 'formats', name);
const [W, H] = [24, 16];

type Rgb = readonly [number, number, number];
const COLOURS: Rgb[] = [
  [220, 30, 40],
  [40, 180, 60],
  [30, 60, 200],
  [240, 220, 90],
];
const ALPHA = [0, 255, 128, 64];
const ON_GREY = COLOURS.map((colour, i) => colour.map((v) => 128 + ((v - 128) * ALPHA[i]!) / 255) as unknown as Rgb);
const RED_AS_GREY = COLOURS.map(([r]): Rgb => [r, r, r]);

function fieldsOf(data: Uint8Array, width: number, height: number): Rgb[] {
  const at = (fx: number, fy: number): Rgb => {
    const i = (Math.floor(fy * height) * width + Math.floor(fx * width)) * 3;
    return [data[i]!, data[i + 1]!, data[i + 2]!];
  };
  return [at(0.25, 0.25), at(0.75, 0.25), at(0.25, 0.75), at(0.75, 0.75)];
}

/** Every way of decoding shows the four colours. */
async function expectFields(name: string, expected: readonly Rgb[], tolerance: number, sampleBits: number | null = null): Promise<void> {
  const file = fixture(name);
  const photo = await decodePhoto(file, 1024, { sampleBits });
  expect([photo.width, photo.height]).toEqual([W, H]);
  const [small, large] = await Promise.all([8, 40].map((size) => decodeSquare(file, size, { sampleBits })));
  const preview = await sharp(await previewJpeg(file, 1024, { sampleBits }))
    .raw()
    .toBuffer();
  const ways = {
    photo: fieldsOf(photo.data, W, H),
    small: fieldsOf(small!, 8, 8),
    large: fieldsOf(large!, 40, 40),
    preview: fieldsOf(preview, W, H),
  };
  for (const [way, fields] of Object.entries(ways)) {
    const allowed = tolerance + { photo: 0, small: 12, large: 8, preview: 6 }[way]!; // ringing at the edges between fields, JPEG
    fields.forEach((field, i) => {
      field.forEach((value, c) => {
        expect(Math.abs(value - expected[i]![c]!), `${way}, field ${i}, channel ${c}: ${value}`).toBeLessThanOrEqual(allowed);
      });
    });
  }
}

describe('bands beyond the colour', () => {
  it.each([
    ['rgbn.tif', /first three bands are the image\. Not used: band 4 \(unspecified\)/],
    ['rgbn-big-endian.tif', /band 4 \(unspecified\)/],
    ['rgbn-bigtiff.tif', /band 4 \(unspecified\)/],
    ['rgbn-planar.tif', /band 4 \(unspecified\)/],
    ['rgbn-16.tif', /band 4 \(unspecified\)/],
    ['rgb-two-more.tif', /band 4 \(unspecified\), 5 \(unspecified\)/],
    ['rgb-three-more.tif', /band 4 .*5 .*6 \(unspecified\)/],
    ['grey-black-is-zero-3.tif', /taken as red, green and blue/],
    ['grey-black-is-zero-3-16.tif', /taken as red, green and blue/],
    ['grey-black-is-zero-5-16.tif', /taken as red, green and blue.*band 4 \(unspecified\), 5 \(unspecified\)/s],
    ['grey-black-is-zero-6-planar.tif', /band 4 .*5 .*6 \(unspecified\)/],
  ])('%s: the first three are the picture, the others are named', async (name, facts) => {
    await expectFields(name, COLOURS, 1);
    expect((await inspect(fixture(name))).facts.join('\n')).toMatch(facts);
  });

  it('a band beside grey that is not alpha is ignored', async () => {
    await expectFields('grey-and-band.tif', RED_AS_GREY, 0);
    expect((await inspect(fixture('grey-and-band.tif'))).facts).toEqual(['The first band is the image. Not used: band 2 (unspecified).']);
  });

  it('separate planes of 16 bit are read like interleaved ones', async () => {
    await expectFields('rgb-planar-16.tif', COLOURS, 1);
    expect((await inspect(fixture('rgb-planar-16.tif'))).facts).toEqual([]);
  });

  it.each([
    ['alpha-unassociated.tif', 1],
    ['alpha-associated.tif', 4], // colours multiplied with alpha 64 of 255 lose two bits
    ['alpha-and-band.tif', 1],
    ['band-and-alpha.tif', 1],
  ])('%s: stated alpha is blended onto mid-grey', async (name, tolerance) => {
    await expectFields(name, ON_GREY, tolerance);
  });
});

describe('the main page', () => {
  it.each([
    ['preview-first.tif', ['Page 2 of 2: the largest that is not a preview.']],
    ['mask-after.tif', []],
    ['stack.tif', []],
  ])('%s', async (name, facts) => {
    await expectFields(name, COLOURS, 0);
    expect(await inspect(fixture(name))).toMatchObject({ width: W, height: H, facts });
  });
});

describe('CIE L*a*b*', () => {
  // Written from sRGB by LittleCMS with 8 bits per channel, which moves dark channels by up to 3/255.
  it.each(['lab8.tif', 'lab16.tif'])('%s has the colours that it was made from', async (name) => {
    await expectFields(name, COLOURS, 3);
    expect((await inspect(fixture(name))).facts).toEqual(['CIE L*a*b*, converted to sRGB.']);
  });
});

describe('12 bits in 16', () => {
  it.each(['twelve.tif', 'twelve.png'])('%s leaves the range to the largest sample of the data set', async (name) => {
    expect((await inspect(fixture(name))).maxSample).toBe(Math.round((240 * 4095) / 255));
    await expectFields(name, RED_AS_GREY, 1, 12);
    const dark = await decodePhoto(fixture(name), 1024);
    expect(Math.max(...dark.data)).toBe(15);
  });

  it('three bands are stretched alike', async () => {
    await expectFields('twelve-rgb.tif', COLOURS, 1, 12);
  });

  it('a file that states its range is stretched by it', async () => {
    await expectFields('twelve-stated.tif', RED_AS_GREY, 1);
    expect(await inspect(fixture('twelve-stated.tif'))).toMatchObject({ maxSample: null, facts: [expect.stringContaining('up to 4095')] });
  });

  it('files of 8 bit, and of 16 bit with alpha, are unchanged', async () => {
    expect((await inspect(fixture('rgbn.tif'))).maxSample).toBeNull();
    await expectFields('rgbn.tif', COLOURS, 0, 12);
    await expectFields('p6-16.ppm', COLOURS, 0, 12);
  });
});

describe('Netpbm', () => {
  it.each(['p6.ppm', 'p3.ppm', 'p6-16.ppm'])('%s', (name) => expectFields(name, COLOURS, 0));
  it.each(['p5.pgm', 'p5-12.pgm'])('%s', (name) => expectFields(name, RED_AS_GREY, 1));
});

describe('AVIF', () => {
  it.each(['alpha.avif', 'alpha-premultiplied.avif'])('%s: alpha is blended onto mid-grey', (name) => expectFields(name, ON_GREY, 6));

  it('of a sequence the first image is read', async () => {
    await expectFields('sequence.avif', COLOURS, 6);
    expect((await inspect(fixture('sequence.avif'))).facts).toEqual(['The first image of a sequence.']);
  });
});

describe('a JPEG without its end marker', () => {
  it('is read where its data are complete', () => expectFields('no-end.jpg', COLOURS, 6));

  function fileOf(folder: string, name: string, bytes: Uint8Array): string {
    writeFileSync(path.join(folder, name), bytes);
    return path.join(folder, name);
  }

  /** 64 × 64 px of noise, 4:4:4, so that no strip of 8 rows is like another. */
  async function noisyJpeg(): Promise<Buffer> {
    const random = randomFor(7, 'noise');
    const pixels = Uint8Array.from({ length: 64 * 64 * 3 }, () => random.below(256));
    return sharp(pixels, { raw: { width: 64, height: 64, channels: 3 } })
      .jpeg({ quality: 60, chromaSubsampling: '4:4:4' })
      .toBuffer();
  }

  it('is another thing than one with data of any length after its end marker, as phones append them', async () => {
    const bytes = Buffer.concat([await noisyJpeg(), Buffer.alloc(5000)]);
    const file = fileOf(temporaryFolder(), 'trailer.jpg', bytes);
    expect((await inspect(file)).facts).toEqual([]);
  });

  it('is read if only its last strip lacks data, and its facts say that it was cut short', async () => {
    const folder = temporaryFolder();
    const whole = await noisyJpeg();
    const rows = (await decodePhoto(fileOf(folder, 'whole.jpg', whole), 64)).data;
    expect((await inspect(path.join(folder, 'whole.jpg'))).facts).toEqual([]);
    const cut = fileOf(folder, 'cut.jpg', whole.subarray(0, whole.length - 300));
    const { data } = await decodePhoto(cut, 64);
    expect(data.subarray(0, 56 * 64 * 3)).toEqual(rows.subarray(0, 56 * 64 * 3));
    expect(data).not.toEqual(rows);
    const facts = ['The file was cut short: the JPEG’s end marker is missing. Up to 8 rows of pixels at the end of the data may be missing, too.'];
    expect((await inspect(cut)).facts).toEqual(facts);
    expect((await inspect(fixture('no-end.jpg'))).facts).toEqual(facts); // complete data look the same to libvips
  });

  /** 64 × 64 px of noise in three colours, several scans. */
  async function progressiveJpeg(): Promise<Buffer> {
    return sharp(await noisyJpeg())
      .jpeg({ quality: 85, progressive: true })
      .toBuffer();
  }

  /** The same size, sequential, with one scan for each of three components: those of three grey JPEGs with their Huffman tables. */
  async function threeScans(): Promise<Buffer> {
    const random = randomFor(8, 'noise');
    const greys = await Promise.all(
      [1, 2, 3].map(async (id) => {
        const pixels = Uint8Array.from({ length: 64 * 64 }, () => random.below(256));
        const bytes = await sharp(pixels, { raw: { width: 64, height: 64, channels: 1 } })
          .toColourspace('b-w')
          .jpeg({ quality: 60 })
          .toBuffer();
        const part = (marker: string): number => bytes.indexOf(marker, 'latin1');
        const [quantisation, frame, tables, scan] = [part('\xff\xdb'), part('\xff\xc0'), part('\xff\xc4'), part('\xff\xda')];
        const header = Buffer.from(bytes.subarray(scan, scan + 10));
        header[5] = id;
        return {
          quantisation: bytes.subarray(quantisation, frame),
          frame: bytes.subarray(frame, frame + 9),
          scan: Buffer.concat([bytes.subarray(tables, scan), header, bytes.subarray(scan + 10, -2)]),
        };
      }),
    );
    const { quantisation, frame } = greys[0]!;
    const components = Buffer.from([3, ...[1, 2, 3].flatMap((id) => [id, 0x11, 0])]);
    const header = Buffer.concat([frame.subarray(0, 3), Buffer.from([8 + 9]), frame.subarray(4, 9), components]);
    return Buffer.concat([Buffer.from([0xff, 0xd8]), quantisation, header, ...greys.map(({ scan }) => scan), Buffer.from([0xff, 0xd9])]);
  }

  /** The bytes before each scan and the tables that come with it; the scans of libjpeg's default script. */
  function cutsBetweenScans(bytes: Buffer): Buffer[] {
    const starts: number[] = [];
    for (let at = bytes.indexOf('\xff\xda', 'latin1'); at >= 0; at = bytes.indexOf('\xff\xda', at + 1, 'latin1')) starts.push(at);
    return starts.slice(1).map((start, i) => {
      const tables = bytes.indexOf('\xff\xc4', starts[i]! + 2, 'latin1');
      return bytes.subarray(0, tables > 0 && tables < start ? tables : start);
    });
  }

  const LESS_DETAIL =
    'The file was cut short: the last scans of a progressive JPEG are missing. All rows are there, but the finest differences of brightness or colour are missing in the whole image.';
  const COMPLETE = 'The file was cut short: the JPEG’s end marker is missing. No pixels are missing.';

  it('and without its last scans is read, and its facts say that detail is missing, not rows', async () => {
    const folder = temporaryFolder();
    const cuts = cutsBetweenScans(await progressiveJpeg());
    expect(cuts).toHaveLength(9);
    const facts = [];
    for (const [i, bytes] of cuts.entries()) facts.push(await inspect(fileOf(folder, `${i}.jpg`, bytes)).then((found) => found.facts, String));
    const truncated = expect.stringContaining('is truncated: the file ends before the image does') as string;
    // The first four scans and the fifth have all frequencies in coarse steps; the last five refine them.
    expect(facts).toEqual([truncated, truncated, truncated, truncated, ...Array.from({ length: 5 }, () => [LESS_DETAIL])]);
  });

  it('and with all of its scans is complete where it is read', async () => {
    const folder = temporaryFolder();
    const progressive = await progressiveJpeg();
    for (const whole of [progressive, await threeScans()]) {
      const { data } = await decodePhoto(fileOf(folder, 'whole.jpg', whole), 64);
      const read = [];
      for (let less = 1; less < 40; less++) {
        const cut = fileOf(folder, 'cut.jpg', whole.subarray(0, whole.length - less));
        const found = await inspect(cut).then(({ facts }) => facts, String);
        if (typeof found === 'string') expect(found).toMatch(/is truncated/);
        else {
          read.push(less);
          expect(found).toEqual([COMPLETE]);
          expect((await decodePhoto(cut, 64)).data, `less ${less}`).toEqual(data);
        }
      }
      expect(read).toContain(2);
    }
  });

  it('and without the scan of a colour is truncated', async () => {
    const cuts = cutsBetweenScans(await threeScans());
    expect(cuts).toHaveLength(2);
    for (const cut of cuts) await expect(inspect(fileOf(temporaryFolder(), 'cut.jpg', cut))).rejects.toThrow(/is truncated/);
  });

  it('is truncated where more data are missing, also with a thumbnail that has one', async () => {
    const whole = await noisyJpeg();
    const thumbnail = Buffer.from([0xff, 0xe1, 0, 6, 1, 2, 0xff, 0xd9]); // an application segment that ends like a whole JPEG
    const folder = temporaryFolder();
    const header = whole.indexOf(Buffer.from([0xff, 0xc0]));
    for (const start of [whole.subarray(0, header), Buffer.concat([whole.subarray(0, 2), thumbnail, whole.subarray(2, header)])]) {
      const cut = fileOf(folder, 'cut.jpg', Buffer.concat([start, whole.subarray(header, header + 700)]));
      await expect(inspect(cut)).rejects.toThrow(/is truncated/);
    }
  });

  it('is truncated where data are missing too', async () => {
    for (const decode of [
      inspect,
      (file: string) => decodeSquare(file, 8),
      (file: string) => decodePhoto(file, 64),
      (file: string) => previewJpeg(file, 16),
    ])
      await expect(decode(fixture('no-end-no-data.jpg'))).rejects.toThrow(/is truncated/);
  });
});

describe('an intact file that cannot be read is refused with the true reason', () => {
  it.each([
    ['packed-12.tif', /stores 12 bits per channel, packed/],
    ['zstd.tif', /is compressed as Zstandard/],
    ['jpeg2000.tif', /is compressed as JPEG 2000/],
    ['camera-raw.tif', /is a camera raw file/],
    ['float32.tif', /contains measurements rather than a photograph/],
    ['twelve-bits.jpg', /is a JPEG with 12 bits per channel/],
    ['lossless.jpg', /is a lossless JPEG/],
    ['ios.png', /is a PNG optimised for iOS/],
    ['p6-cut.ppm', /is truncated/],
  ])('%s', async (name, reason) => {
    await expect(inspect(fixture(name))).rejects.toMatchObject({ code: 'bad-image', message: expect.stringMatching(reason) as string });
    await expect(decodeSquare(fixture(name), 16)).rejects.toThrow(reason);
  });
});
