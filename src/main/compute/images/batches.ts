import type { Preprocessing } from '../../../shared/run.ts';

/** Images that are read and computed together: enough to use two cores fully, with little memory. */
export const FORWARD_BATCH = 16;

/** Pixels [S, S, 3] 0..255 into row `at` of a batch [N, 3, S, S]: (p / 255 - mean) / std per channel. */
export function normaliseInto(batch: Float32Array, at: number, pixels: Uint8Array, { mean, std }: Preprocessing): void {
  const area = pixels.length / 3;
  const start = at * pixels.length;
  for (let c = 0; c < 3; c++) {
    const scale = 1 / (255 * std[c]!);
    const shift = -mean[c]! / std[c]!;
    const plane = start + c * area;
    for (let i = 0, p = c; i < area; i++, p += 3) batch[plane + i] = pixels[p]! * scale + shift;
  }
}

/** A batch [N, 3, S, S] of N > 0 images: pixels [S, S, 3] 0..255 each, normalised. */
export function normalisedBatch(images: readonly Uint8Array[], preprocessing: Preprocessing): Float32Array {
  const batch = new Float32Array(images.length * images[0]!.length);
  for (const [i, pixels] of images.entries()) normaliseInto(batch, i, pixels, preprocessing);
  return batch;
}

/** Consecutive slices of at most `size` items. */
export function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}

/** A Float32Array's bytes, without a copy. */
export const bytesOf = (data: Float32Array): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
