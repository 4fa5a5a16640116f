import type { CuratedImage } from '../../../shared/curation.ts';

/** A data set's images by their size, of which some are read to tell how long all take. */
export interface ReadingSample {
  dataset: string;
  files: string[]; // absolute
  pixels: number[]; // of each of them
  meanPixels: number; // of all images of the data set
}

type Sized = Pick<CuratedImage, 'width' | 'height'>;

export const pixelsOf = ({ width, height }: Sized): number => width * height;

/**
 * Which of `images` images, sorted by their pixels, to read: the smallest, the largest, and `between` of them spread over the rest.
 * A few large ones among many small may take most of the time, and a sample without one would know nothing of it.
 */
export function samplePositions(images: number, between: number): number[] {
  const inside = Array.from({ length: between }, (_, i) => Math.floor(((i + 0.5) * images) / between));
  return [...new Set(images > 0 ? [0, ...inside, images - 1] : [])].sort((a, b) => a - b);
}

/**
 * Mean seconds to read an image: the line through what the sampled ones took (least squares, over their pixels) at the mean number
 * of pixels of all. Where it would fall, or be below nothing at no pixels, one of its two terms is left out. `seconds` of each sampled one.
 */
export function readingSeconds({ pixels, meanPixels }: Pick<ReadingSample, 'pixels' | 'meanPixels'>, seconds: readonly number[]): number {
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  const [x, y] = [mean(pixels), mean(seconds)];
  const spread = mean(pixels.map((p) => (p - x) ** 2));
  const slope = spread > 0 ? mean(pixels.map((p, i) => (p - x) * (seconds[i]! - y))) / spread : 0;
  if (!(slope > 0)) return y;
  const atNone = y - slope * x;
  if (atNone >= 0) return atNone + slope * meanPixels;
  return (mean(pixels.map((p, i) => p * seconds[i]!)) / mean(pixels.map((p) => p * p))) * meanPixels;
}
