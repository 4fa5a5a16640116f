import { FILLS, type Fill, type Stroke } from '../../../shared/what-if.ts';
import { coverageOf } from './coverage.ts';

/** How much of each pixel each fill replaces: [size, size], 0..1. The rest, 1 − their sum, is the image itself. */
export type FillWeights = ReadonlyMap<Fill, Float32Array>;

/**
 * The weights after the strokes on one image. A stroke with coverage c makes all earlier weights (1 − c) times as large and adds c to
 * those of its fill, so the weights and the image's own add up to 1. `before`: the weights of earlier strokes, which stay as they are.
 */
export function fillWeights(strokes: readonly Stroke[], size: number, before: FillWeights = new Map()): FillWeights {
  const weights = new Map([...before].map(([fill, values]) => [fill, values.slice()]));
  for (const stroke of strokes) {
    const { values, left, top, right, bottom } = coverageOf(stroke, size);
    if (stroke.tool !== 'erase' && !weights.has(stroke.fill)) weights.set(stroke.fill, new Float32Array(size * size));
    const own = stroke.tool === 'erase' ? null : weights.get(stroke.fill)!;
    const all = [...weights.values()];
    for (let y = top; y < bottom; y++) {
      for (let i = y * size + left; i < y * size + right; i++) {
        const covered = values[i]!;
        if (covered === 0) continue;
        for (const each of all) each[i]! *= 1 - covered;
        if (own) own[i]! += covered;
      }
    }
  }
  return weights;
}

/** The share of the image that is replaced, 0..1. */
export function editedShare(weights: FillWeights, size: number): number {
  let sum = 0;
  for (const each of weights.values()) for (const weight of each) sum += weight;
  return Math.min(1, sum / size ** 2);
}

/** An image after an edit. */
export interface EditedImage {
  pixels: Uint8Array; // [size, size, 3], as the network reads it
  /** Only the replaced pixels, with how much of each is replaced as alpha: [size, size, 4], not premultiplied. */
  layer: Uint8Array;
}

/** Replaces parts of an image [size, size, 3]. `fill` returns the replacement of the whole image; it is called once for each fill in use. */
export function applyEdit(image: Uint8Array, weights: FillWeights, fill: (name: Fill) => Uint8Array): EditedImage {
  const area = image.length / 3;
  const parts = FILLS.flatMap((name) => {
    const values = weights.get(name);
    return values?.some((weight) => weight > 0) ? [{ values, from: fill(name) }] : [];
  });
  const pixels = image.slice();
  const layer = new Uint8Array(4 * area);
  for (let p = 0; p < area; p++) {
    let total = 0;
    for (const { values } of parts) total += values[p]!;
    if (total === 0) continue;
    for (let c = 0; c < 3; c++) {
      let sum = 0;
      for (const { values, from } of parts) sum += values[p]! * from[3 * p + c]!;
      pixels[3 * p + c] = Math.round(sum + Math.max(0, 1 - total) * image[3 * p + c]!);
      layer[4 * p + c] = Math.round(sum / total);
    }
    layer[4 * p + 3] = Math.round(255 * Math.min(1, total));
  }
  return { pixels, layer };
}
