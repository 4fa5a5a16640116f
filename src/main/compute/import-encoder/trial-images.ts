import { randomFor } from '../../../shared/random.ts';
import type { Preprocessing } from '../../../shared/run.ts';
import { log } from '../../foundation/log/log.ts';
import { normalisedBatch } from '../images/batches.ts';
import { decodeSquare, encodePng, rasterise, resizeRgb } from '../images/images.ts';
import { TRIAL_IMAGES } from '../protocol/encoders.ts';
import { drawTile, SAMPLE_CLASSES } from '../sample/sample-drawing.ts';

const PICTURE_SIDE = 224; // px, the largest side of the picture

/** Pixels [size, size, 3] of up to TRIAL_IMAGES of these images, or of drawn ones where none can be read. */
export async function trialPixels(files: readonly string[], size: number): Promise<Uint8Array[]> {
  const found: Uint8Array[] = [];
  for (const file of files.slice(0, TRIAL_IMAGES)) {
    try {
      found.push(await decodeSquare(file, size, { resampling: 'centred' }));
    } catch (error) {
      log().warn({ err: error, file }, 'an image to try an encoder with can’t be read');
    }
  }
  return found.length > 1 ? found : await drawnImages(size);
}

let drawn: { size: number; pixels: Promise<Uint8Array[]> } | null = null; // of the last size: two files are often tried with the same

function drawnImages(size: number): Promise<Uint8Array[]> {
  if (drawn?.size !== size) drawn = { size, pixels: Promise.all(Array.from({ length: TRIAL_IMAGES }, (_, i) => drawnPixels(i, size))) };
  return drawn.pixels;
}

async function drawnPixels(i: number, size: number): Promise<Uint8Array> {
  const className = SAMPLE_CLASSES[i % SAMPLE_CLASSES.length]!;
  const { data, width, height } = await rasterise(drawTile(className, randomFor(1, 'trial', i)).svg);
  const rgb = Uint8Array.from({ length: 3 * width * height }, (_, at) => data[4 * Math.floor(at / 3) + (at % 3)]!);
  return (await resizeRgb({ data: rgb, width, height }, size, size)).data;
}

/** An image as the network gets it, its values stretched to 0..255, as the data URL of a PNG; and the range of the values. */
export async function networkPicture(
  pixels: Uint8Array,
  size: number,
  preprocessing: Preprocessing,
): Promise<{ picture: string; range: [number, number] }> {
  const values = normalisedBatch([pixels], preprocessing); // [3, S, S]
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const area = size * size;
  const scale = high > low ? 255 / (high - low) : 0;
  const data = Uint8Array.from({ length: 3 * area }, (_, at) => Math.round((values[(at % 3) * area + Math.floor(at / 3)]! - low) * scale));
  const side = Math.min(size, PICTURE_SIDE);
  const png = await encodePng(await resizeRgb({ data, width: size, height: size }, side, side));
  return { picture: `data:image/png;base64,${png.toString('base64')}`, range: [low, high] };
}
