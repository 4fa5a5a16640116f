// The edits and flaws that planted-set.mjs applies to photographs. Each takes the photograph's path and a seeded random stream, and returns a JPEG.
import { Buffer } from 'node:buffer';
import sharp from 'sharp';

/** @typedef {import('../../../src/shared/random.ts').Random} Random */
/** @typedef {(file: string, random: Random) => Promise<import('node:buffer').Buffer>} Edit */

/** Quality of a saved edit: 80 to 91, as cameras and editors write. @param {import('sharp').Sharp} image @param {Random} random */
const save = (image, random) => image.jpeg({ quality: 80 + random.below(12) }).toBuffer();

/** @param {string} file @returns {Promise<{ image: import('sharp').Sharp, width: number, height: number }>} */
async function open(file) {
  const { data, info } = await sharp(file).rotate().toColourspace('srgb').removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return { image: sharp(data, { raw: { width: info.width, height: info.height, channels: 3 } }), width: info.width, height: info.height };
}

/** The largest upright rectangle of the same shape inside a rectangle turned by `angle`. @param {number} width @param {number} height @param {number} angle degrees */
function insideTurned(width, height, angle) {
  const [sine, cosine] = [Math.abs(Math.sin((angle * Math.PI) / 180)), Math.abs(Math.cos((angle * Math.PI) / 180))];
  const scale = 1 / Math.max(cosine + (height / width) * sine, cosine + (width / height) * sine);
  return { width: Math.floor(scale * width), height: Math.floor(scale * height) };
}

/** A logo with a line of text, over 8 to 25 % of the picture. @param {number} width px @param {number} height px @param {Random} random */
function logo(width, height, random) {
  const wide = Math.round(width * random.between(0.4, 0.7));
  const high = Math.round(height * random.between(0.2, 0.36));
  const [left, top] = [random.below(width - wide + 1), random.below(height - high + 1)];
  const paint = ['#ffffff', '#111111', '#d32f2f', '#1565c0'][random.below(4)];
  const ink = paint === '#ffffff' ? '#111111' : '#ffffff';
  const size = Math.round(high * 0.4);
  return Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <rect x="${left}" y="${top}" width="${wide}" height="${high}" rx="${high / 6}" fill="${paint}" fill-opacity="0.85"/>
    <circle cx="${left + high / 2}" cy="${top + high / 2}" r="${high / 3}" fill="${ink}"/>
    <text x="${left + high}" y="${top + high * 0.64}" font-family="sans-serif" font-size="${size}" fill="${ink}">Sample ${random.below(1000)}</text></svg>`);
}

/** The 12 kinds of edit. @type {Record<string, Edit>} */
export const EDITS = {
  recompressed: (file, random) =>
    sharp(file)
      .jpeg({ quality: 20 + random.below(21) })
      .toBuffer(),
  resized: async (file, random) => {
    const { image, width } = await open(file);
    const scale = random.below(2) === 0 ? random.between(0.4, 0.7) : random.between(1.4, 2);
    return save(image.resize({ width: Math.round(width * scale) }), random);
  },
  // 80 % of each side, so 64 % of the area, anywhere.
  cropped: async (file, random) => {
    const { image, width, height } = await open(file);
    const [w, h] = [Math.round(0.8 * width), Math.round(0.8 * height)];
    return save(image.extract({ left: random.below(width - w + 1), top: random.below(height - h + 1), width: w, height: h }), random);
  },
  mirrored: async (file, random) => save((await open(file)).image.flop(), random),
  // By 3 to 5 degrees to either side; half with filled corners, half without corners.
  rotated: async (file, random) => {
    const { image, width, height } = await open(file);
    const angle = random.between(3, 5) * (random.below(2) === 0 ? 1 : -1);
    const background = ['#000', '#fff'][random.below(2)];
    const turned = await image.rotate(angle, { background }).png().toBuffer({ resolveWithObject: true });
    if (random.below(2) === 0) return save(sharp(turned.data), random);
    const inside = insideTurned(width, height, angle);
    const [left, top] = [(turned.info.width - inside.width) >> 1, (turned.info.height - inside.height) >> 1];
    return save(sharp(turned.data).extract({ left, top, ...inside }), random);
  },
  brighter: async (file, random) => save((await open(file)).image.linear(random.between(1.1, 1.25), random.between(10, 25)), random),
  contrast: async (file, random) => {
    const gain = random.between(1.3, 1.6);
    return save((await open(file)).image.linear(gain, 128 * (1 - gain)), random);
  },
  recoloured: async (file, random) => {
    const hue = Math.round(random.between(15, 50)) * (random.below(2) === 0 ? 1 : -1);
    return save((await open(file)).image.modulate({ hue, saturation: random.between(0.7, 1.4) }), random);
  },
  grey: async (file, random) => save((await open(file)).image.greyscale(), random),
  blurred: async (file, random) => save((await open(file)).image.blur(random.between(0.9, 1.6)), random),
  // Half with a border on all sides, half with bars on two.
  padded: async (file, random) => {
    const { image, width, height } = await open(file);
    const background = ['#000', '#fff', '#c9b27c'][random.below(3)];
    const [x, y] = [Math.round(width * random.between(0.04, 0.1)), Math.round(height * random.between(0.04, 0.1))];
    const bars = random.below(2) === 0;
    return save(image.extend({ left: bars ? 0 : x, right: bars ? 0 : x, top: bars ? 2 * y : y, bottom: bars ? 2 * y : y, background }), random);
  },
  lettered: async (file, random) => {
    const { image, width, height } = await open(file);
    return save(image.composite([{ input: logo(width, height, random), left: 0, top: 0 }]), random);
  },
};

/** What makes a photograph unusable, by the name of its quality flag. @type {Record<string, Edit>} */
export const FLAWS = {
  blurred: async (file, random) => save((await open(file)).image.blur(random.between(4, 7)), random),
  dark: async (file, random) => save((await open(file)).image.linear(random.between(0.06, 0.14), 0), random),
  bright: async (file, random) => save((await open(file)).image.linear(random.between(0.25, 0.5), random.between(215, 235)), random),
  // A blank page with the photograph at the size of a stamp.
  'low information': async (file, random) => {
    const { image, width, height } = await open(file);
    const stamp = await image
      .resize({ width: Math.round(width * random.between(0.12, 0.18)) })
      .png()
      .toBuffer({ resolveWithObject: true });
    const [left, top] = [random.below(width - stamp.info.width), random.below(height - stamp.info.height)];
    const tone = 90 + random.below(100);
    const page = sharp({ create: { width, height, channels: 3, background: { r: tone, g: tone + 8, b: tone + 20 } } });
    return save(page.composite([{ input: stamp.data, left, top }]), random);
  },
  'odd aspect': async (file, random) => {
    const { image, width, height } = await open(file);
    const high = Math.max(8, Math.round(width / random.between(6, 10)));
    return save(image.extract({ left: 0, top: random.below(height - high + 1), width, height: high }), random);
  },
  tiny: async (file, random) => save((await open(file)).image.resize({ width: 16 + random.below(13) }), random),
  grey: async (file, random) => save((await open(file)).image.greyscale(), random),
  // The photograph at 2 % of its contrast: all of one colour to the eye.
  'near-uniform': async (file, random) => {
    const tone = random.between(60, 190);
    return save((await open(file)).image.linear([0.02, 0.02, 0.02], [tone, tone + random.between(-20, 20), tone + random.between(-20, 20)]), random);
  },
};
