import { AppError } from '../../../shared/errors.ts';
import { BLUR_SIGMA } from '../../../shared/faithfulness.ts';
import { blur } from '../../domain/faithfulness/blur.ts';
import { normalisedBatch } from '../images/batches.ts';
import { decodeSquare } from '../images/images.ts';
import type { ModelRef } from '../protocol/protocol.ts';

/** Two decoded images, RGB [S, S, 3] each. */
export type PixelPair = [Uint8Array, Uint8Array];

/**
 * Decodes an image as a network reads it: RGB [S, S, 3]. `decode`: decodeSquare, or a cache of it. Throws AppError 'not-found', or
 * 'bad-image', also for a file that does not have the given SHA-256.
 */
export const decodeFor = (
  { config: { size, resampling, sampleBits } }: ModelRef,
  file: string,
  sha256: string | null,
  decode = decodeSquare,
): Promise<Uint8Array> => decode(file, size, { resampling, sampleBits, ...(sha256 === null ? {} : { sha256 }) });

/** Whether decoding failed because of the file: it is missing, damaged, no image or another one than at the import. */
export const isUnreadable = (error: unknown): error is AppError => error instanceof AppError && ['bad-image', 'not-found'].includes(error.code);

interface PairFiles {
  model: ModelRef;
  files: readonly [string, string];
  sha256: readonly [string | null, string | null];
}

/** Decodes both images of a pair. Throws as decodeFor does. */
export const decodePair = ({ model, files, sha256 }: PairFiles, decode = decodeSquare): Promise<PixelPair> =>
  Promise.all([decodeFor(model, files[0], sha256[0], decode), decodeFor(model, files[1], sha256[1], decode)]);

/** An image as the network reads it, and what replaces parts of it. All [3, S, S], normalised. */
export interface Planes {
  image: Float32Array;
  blur: Float32Array;
  donors: readonly Float32Array[];
}

/** into = image + weights (fill - image). `into`, `image`, `fill` [3, S, S], `weights` [S, S]. */
export function blend(into: Float32Array, image: Float32Array, fill: Float32Array, weights: Float32Array): void {
  into.set(image);
  const area = weights.length;
  for (let p = 0; p < area; p++) {
    const weight = weights[p]!;
    if (weight === 0) continue;
    for (let i = p; i < into.length; i += area) into[i] = weight === 1 ? fill[i]! : image[i]! + weight * (fill[i]! - image[i]!);
  }
}

/** An image and its fills as planes. `square`, `donors`: RGB [S, S, 3]. */
export function planesOf({ config: { size, preprocessing } }: ModelRef, square: Uint8Array, donors: readonly Uint8Array[] = []): Planes {
  const normalise = (pixels: Uint8Array): Float32Array => normalisedBatch([pixels], preprocessing);
  return { image: normalise(square), blur: normalise(blur(square, size, size, BLUR_SIGMA * size)), donors: donors.map(normalise) };
}
