import type { CuratedImage } from '../../../shared/curation.ts';

/** A sample of a data set's images, to estimate how long reading all of them takes. */
export interface ReadingSample {
  dataset: string;
  files: string[]; // absolute
  pixels: number[]; // of each file
  meanPixels: number; // of all images of the data set
}

type ImageSize = Pick<CuratedImage, 'width' | 'height'>;

export const pixelsOf = ({ width, height }: ImageSize): number => width * height;

/**
 * The positions to read, ascending, of `images` images sorted by pixels: the smallest, the largest, and `between` evenly spaced
 * ones. A few large images may take most of the time, so the sample must contain the largest.
 */
export function samplePositions(images: number, between: number): number[] {
  const spaced = Array.from({ length: between }, (_, i) => Math.floor(((i + 0.5) * images) / between));
  return [...new Set(images > 0 ? [0, ...spaced, images - 1] : [])].sort((a, b) => a - b);
}

/**
 * Mean seconds to read an image: a least-squares line of the sampled `seconds` over `pixels` [sample], at the mean number of
 * pixels of all images. A negative slope or intercept is set to zero, and the other coefficient is fitted alone.
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
