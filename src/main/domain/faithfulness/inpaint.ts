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
  const weights = new Float32Array(hole.length);
  for (let p = 0; p < hole.length; p++) weights[p] = hole[p]! > 0 ? 0 : 1;
  const first: Level = { size, colours: new Float32Array(image), weights };
  const levels = [first];
  while (levels.at(-1)!.size > 1) levels.push(halve(levels.at(-1)!));
  for (let i = levels.length - 2; i >= 0; i--) fillFrom(levels[i + 1]!, levels[i]!);
  const filled = image.slice();
  for (let p = 0; p < hole.length; p++) if (hole[p]! > 0) for (let i = 3 * p; i < 3 * p + 3; i++) filled[i] = Math.round(first.colours[i]!);
  return filled;
}

interface Level {
  size: number; // px
  colours: Float32Array; // [size, size, 3]
  weights: Float32Array; // [size, size]: 0 unknown, 1 known; between: on small levels, partly known
}

/** Pull: each pixel is the mean of up to 2 × 2, by weight. */
function halve({ size, colours, weights }: Level): Level {
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
  const from = small.colours;
  const taps = Array.from({ length: size }, (_, i) => tapsAt(i, small.size));
  for (let y = 0; y < size; y++) {
    const [v0, v1, fy] = taps[y]!;
    for (let x = 0; x < size; x++) {
      const at = y * size + x;
      const weight = weights[at]!;
      if (weight === 1) continue;
      const [u0, u1, fx] = taps[x]!;
      const [a, b] = [3 * (v0 * small.size + u0), 3 * (v0 * small.size + u1)]; // above
      const [c, d] = [3 * (v1 * small.size + u0), 3 * (v1 * small.size + u1)]; // below
      for (let k = 0; k < 3; k++) {
        const top = from[a + k]! + fx * (from[b + k]! - from[a + k]!);
        const bottom = from[c + k]! + fx * (from[d + k]! - from[c + k]!);
        colours[3 * at + k] = weight * colours[3 * at + k]! + (1 - weight) * (top + fy * (bottom - top));
      }
    }
  }
}

/** The two nearest pixels of a level of half the size, and the weight of the second. Centres of pixels are at halves. */
function tapsAt(i: number, smallSize: number): [first: number, second: number, weight: number] {
  const at = Math.min(smallSize - 1, Math.max(0, (i + 0.5) / 2 - 0.5));
  const first = Math.floor(at);
  return [first, Math.min(smallSize - 1, first + 1), at - first];
}
