import { Buffer } from 'node:buffer';
import sharp from 'sharp';

/** @typedef {import('../../src/shared/random.ts').Random} Random */

const WIDTH = 37; // px; odd, so that blocks and tiles are cut
const HEIGHT = 29;

/** Samples of a smooth picture under noise. @param {Random} random @param {number} channels */
function samples(random, channels) {
  const data = Buffer.alloc(WIDTH * HEIGHT * channels);
  for (let i = 0; i < data.length; i++) {
    const x = Math.floor(i / channels) % WIDTH;
    data[i] = Math.max(0, Math.min(255, 40 + 5 * x + 30 * (i % channels) + random.between(-25, 25)));
  }
  return data;
}

/** PGM or PPM. @param {Random} random @param {boolean} colour @param {number} largest of a sample */
function netpbm(random, colour, largest) {
  const data = samples(random, colour ? 3 : 1);
  const body = largest > 255 ? Buffer.from(Uint8Array.from({ length: data.length * 2 }, (_, i) => (i % 2 ? 0 : (data[i >> 1] ?? 0) >> 4))) : data;
  return Promise.resolve(Buffer.concat([Buffer.from(`${colour ? 'P6' : 'P5'}\n${WIDTH} ${HEIGHT}\n${largest}\n`), body]));
}

/**
 * Small images in every format that is read.
 * @param {Random} random @returns {Promise<{ name: string, bytes: Buffer }[]>}
 */
export async function drawFormats(random) {
  const rgb = () => sharp(samples(random, 3), { raw: { width: WIDTH, height: HEIGHT, channels: 3 } });
  const rgba = () => sharp(samples(random, 4), { raw: { width: WIDTH, height: HEIGHT, channels: 4 } });
  const grey = () => sharp(samples(random, 1), { raw: { width: WIDTH, height: HEIGHT, channels: 1 } });
  /** @type {Record<string, () => Promise<Buffer>>} */
  const formats = {
    'baseline.jpg': () => rgb().jpeg({ quality: 90 }).toBuffer(),
    'progressive.jpg': () => rgb().jpeg({ quality: 85, progressive: true }).toBuffer(),
    'grey.jpg': () => grey().toColourspace('b-w').jpeg().toBuffer(),
    'turned.jpg': () => rgb().withMetadata({ orientation: 6 }).jpeg().toBuffer(),
    'rgb8.png': () => rgb().png().toBuffer(),
    'palette.png': () => rgb().png({ palette: true }).toBuffer(),
    'interlaced.png': () => rgba().png({ progressive: true }).toBuffer(),
    'rgb16.png': () => rgb().toColourspace('rgb16').png().toBuffer(),
    'lossy.webp': () => rgb().webp({ quality: 80 }).toBuffer(),
    'lossless.webp': () => rgba().webp({ lossless: true }).toBuffer(),
    'image.avif': () => rgb().avif({ quality: 60, effort: 2 }).toBuffer(),
    'none.tif': () => rgb().tiff({ compression: 'none' }).toBuffer(),
    'lzw.tif': () => rgba().tiff({ compression: 'lzw', predictor: 'horizontal' }).toBuffer(),
    'tiles.tif': () => rgb().tiff({ compression: 'deflate', tile: true, tileWidth: 16, tileHeight: 16 }).toBuffer(),
    'jpeg.tif': () => rgb().tiff({ compression: 'jpeg' }).toBuffer(),
    'sixteen.tif': () => grey().toColourspace('grey16').tiff({ compression: 'none' }).toBuffer(),
    'image.gif': () => rgb().gif({ effort: 1 }).toBuffer(),
    'grey.pgm': () => netpbm(random, false, 255),
    'twelve-bits.pgm': () => netpbm(random, false, 4095),
    'colour.ppm': () => netpbm(random, true, 255),
  };
  return Promise.all(Object.entries(formats).map(async ([name, draw]) => ({ name, bytes: await draw() })));
}

/**
 * A changed copy: flipped bits, zeroed or random bytes, a cut end, an inserted, removed, repeated or moved piece, swapped bytes of
 * the header, a number of the header made extreme.
 * @param {Buffer} bytes @param {Random} random @returns {Buffer}
 */
export function mutate(bytes, random) {
  const out = Buffer.from(bytes);
  if (out.length < 8) return out;
  const header = Math.min(64, out.length);
  const at = random.below(2) ? random.below(header) : random.below(out.length);
  const end = Math.min(out.length, at + 1 + random.below(48));
  switch (random.below(9)) {
    case 0:
      for (let n = 1 + random.below(8); n > 0; n--) {
        const position = random.below(out.length);
        out[position] = (out[position] ?? 0) ^ (1 << random.below(8));
      }
      return out;
    case 1:
      return out.fill(0, at, end);
    case 2:
      for (let i = at; i < end; i++) out[i] = random.below(256);
      return out;
    case 3:
      return out.subarray(0, random.below(out.length));
    case 4:
      return Buffer.concat([out.subarray(0, at), out.subarray(at, end), out.subarray(at)]);
    case 5:
      return Buffer.concat([out.subarray(0, at), out.subarray(end)]);
    case 6:
      return Buffer.concat([
        out.subarray(0, at),
        Buffer.from(Array.from({ length: 1 + random.below(300) }, () => random.below(256))),
        out.subarray(at),
      ]);
    case 7: {
      const [a, b] = [random.below(header), random.below(header)];
      [out[a], out[b]] = [out[b] ?? 0, out[a] ?? 0];
      return out;
    }
    default: {
      const extremes = [0, 1, 0x7fff, 0xffff, 0x7fffffff, 0xffffffff];
      const position = random.below(Math.max(1, Math.min(200, out.length - 4)));
      const value = extremes[random.below(extremes.length)] ?? 0;
      if (random.below(2)) out.writeUInt32LE(value, position);
      else out.writeUInt32BE(value, position);
      return out;
    }
  }
}
