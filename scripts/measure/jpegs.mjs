import { Buffer } from 'node:buffer';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import sharp from 'sharp';

const SIDE = 64; // px
const CLASSES = 12;

/** RGB pixels [SIDE, SIDE, 3]: the tone depends on the class, the bright mark and the noise on the image. @param {number} number */
function pixelsOf(number) {
  const pixels = Buffer.alloc(SIDE * SIDE * 3);
  const kind = number % CLASSES;
  const tone = [(kind * 37) % 120, (kind * 83) % 120, (kind * 59) % 120];
  let state = ((number + 1) * 2654435761) >>> 0;
  for (let i = 0; i < SIDE * SIDE; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const far = Math.abs((i % SIDE) - (number % SIDE)) + Math.abs(Math.floor(i / SIDE) - (Math.floor(number / SIDE) % SIDE));
    const lit = (far < 8 ? 80 : 0) + (state >>> 27);
    for (let c = 0; c < 3; c++) pixels[3 * i + c] = (tone[c] ?? 0) + lit;
  }
  return pixels;
}

/** Writes `count` different small JPEGs into class folders. An existing folder is left as it is. @param {string} folder @param {number} count */
export async function drawJpegs(folder, count) {
  if (existsSync(folder)) return;
  const drawing = `${folder} unfinished`;
  rmSync(drawing, { recursive: true, force: true });
  for (let c = 0; c < CLASSES; c++) mkdirSync(path.join(drawing, `class ${c}`), { recursive: true });
  let next = 0;
  const worker = async () => {
    while (next < count) {
      const number = next++;
      const image = sharp(pixelsOf(number), { raw: { width: SIDE, height: SIDE, channels: 3 } });
      await image.jpeg({ quality: 90 }).toFile(path.join(drawing, `class ${number % CLASSES}`, `image ${number}.jpg`));
    }
  };
  await Promise.all(Array.from({ length: os.availableParallelism() }, worker));
  renameSync(drawing, folder);
}
