import type { CuratedImage } from '../../../shared/curation.ts';

/** A sample of a data set's images, read to estimate how long reading all of them takes. */
export interface ReadingSample {
  dataset: string;
  files: string[]; // absolute
  pixels: number[]; // of each file
  meanPixels: number; // of all images of the data set
}

type Sized = Pick<CuratedImage, 'width' | 'height'>;

export const pixelsOf = ({ width, height }: Sized): number => width * height;

/**
 * Which of `images` images, sorted by their pixels, to read: the smallest, the largest, and `between` of them spread over the rest.
 * A few large images among many small ones may take most of the time, so the sample must contain them.
 */
export function samplePositions(images: number, between: number): number[] {
  const inside = Array.from({ length: between }, (_, i) => Math.floor(((i + 0.5) * images) / between));
  return [...new Set(images > 0 ? [0, ...inside, images - 1] : [])].sort((a, b) => a - b);
}

/**
 * Mean seconds to read an image: a least-squares line of the sampled `seconds` over their pixels, evaluated at the mean number of
 * pixels of all images. A negative slope or intercept is replaced by zero, and the other term is fitted alone.
 */
export function readingSeconds({ pixels, meanPixels }: Pick<ReadingSample, 'pixels' | 'meanPixels'>, seconds: readonly number[]): number {
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  const [x, y] = [mean(pixels), mean(seconds)];
  const spread = mean(pixels.map((p) => (p - x) ** 2));
  const slope = spread > 0 ? mean(pixels.map((p, i) => (p - x) * (seconds[i]! - y))) / spread : 0;
  if (!(slope > 0)) return y;
  const intercept = y - slope * x;
  if (intercept >= 0) return intercept + slope * meanPixels;
  return (mean(pixels.map((p, i) => p * seconds[i]!)) / mean(pixels.map((p) => p * p))) * meanPixels;
}
