import { meanColour } from './mean-colour.ts';

/**
 * Fills a part of an image smoothly from its surroundings by pull–push (Gortler et al. 1996, "The Lumigraph", section 3.4.1): pull
 * averages the known pixels into images of half the size until none is unknown, push fills the unknown pixels of each from the next
 * smaller one, enlarged bilinearly.
 *
 * `image` [size, size, 3], 8 bit; `hole` [size, size], above 0 where pixels are unknown. Known pixels stay exactly as they are. An image
 * without known pixels becomes its mean colour: nothing else is known of it.
 */
export function inpaint(image: Uint8Array, hole: Float32Array, size: number): Uint8Array {
  if (!hole.some((weight) => weight === 0)) return meanColour(image);
  const first: Level = { size, colours: Float32Array.from(image), weights: Float32Array.from(hole, (weight) => (weight > 0 ? 0 : 1)) };
  const levels = [first];
  while (levels.at(-1)!.size > 1) levels.push(halved(levels.at(-1)!));
  for (let i = levels.length - 2; i >= 0; i--) fillFrom(levels[i + 1]!, levels[i]!);
  return Uint8Array.from(image, (value, i) => (hole[Math.floor(i / 3)]! > 0 ? Math.round(first.colours[i]!) : value));
}

interface Level {
  size: number; // px
  colours: Float32Array; // [size, size, 3]
  weights: Float32Array; // [size, size]: 0 unknown, 1 known; between: on small levels, partly known
}

/** Pull: each pixel is the mean of up to 2 × 2, by weight. */
function halved({ size, colours, weights }: Level): Level {
  const half = Math.ceil(size / 2);
  const next: Level = { size: half, colours: new Float32Array(3 * half * half), weights: new Float32Array(half * half) };
  for (let y = 0; y < half; y++) {
    for (let x = 0; x < half; x++) {
      const at = y * half + x;
      let sum = 0;
      for (let v = 2 * y; v < Math.min(size, 2 * y + 2); v++) {
        for (let u = 2 * x; u < Math.min(size, 2 * x + 2); u++) {
          const from = v * size + u;
          const weight = weights[from]!;
          sum += weight;
          for (let c = 0; c < 3; c++) next.colours[3 * at + c]! += weight * colours[3 * from + c]!;
        }
      }
      if (sum > 0) for (let c = 0; c < 3; c++) next.colours[3 * at + c]! /= sum;
      next.weights[at] = Math.min(1, sum);
    }
  }
  return next;
}

/** Push: what is unknown comes from the smaller level, enlarged. */
function fillFrom(small: Level, { size, colours, weights }: Level): void {
  const last = small.size - 1;
  for (let y = 0; y < size; y++) {
    const v = Math.min(last, Math.max(0, (y + 0.5) / 2 - 0.5));
    const [v0, v1] = [Math.floor(v), Math.min(last, Math.floor(v) + 1)];
    for (let x = 0; x < size; x++) {
      const at = y * size + x;
      const weight = weights[at]!;
      if (weight === 1) continue;
      const u = Math.min(last, Math.max(0, (x + 0.5) / 2 - 0.5));
      const [u0, u1] = [Math.floor(u), Math.min(last, Math.floor(u) + 1)];
      for (let c = 0; c < 3; c++) {
        const value = (row: number, column: number): number => small.colours[3 * (row * small.size + column) + c]!;
        const top = value(v0, u0) + (u - u0) * (value(v0, u1) - value(v0, u0));
        const bottom = value(v1, u0) + (u - u0) * (value(v1, u1) - value(v1, u0));
        const coarse = top + (v - v0) * (bottom - top);
        colours[3 * at + c] = weight * colours[3 * at + c]! + (1 - weight) * coarse;
      }
    }
  }
}
