import type { Preprocessing } from '../../../../shared/run.ts';
import type { Resampling } from '../../../../shared/training-options/resampling.ts';
import type { Augmentation } from '../../../../shared/training-options/augmentation.ts';

/** An image to decode. */
export interface ImageToRead {
  file: string; // absolute
  sha256: string | null; // of the bytes it must have; null: any
}

/** An image whose pixels are cached under its SHA-256. */
export type CachedImage = ImageToRead & { sha256: string };

/** The name of a random stream, as `randomFor` takes it. */
export type StreamName = readonly [seed: number, ...purpose: (string | number)[]];

/** How a reader thread reads images. */
export interface ReaderData {
  size: number; // px
  preprocessing: Preprocessing;
  resampling: Resampling;
  sampleBits: number | null; // bits that 16-bit samples use; null: all, or as each file says
  augmentation: Augmentation | null;
  cache: string | null; // folder of decoded pixels; null: no cache
}

/** Tasks of the reader thread. */
export interface ReaderTasks {
  /** Decoded and normalised, [n, 3, S, S]. */
  decode: { args: { images: readonly ImageToRead[] }; result: Float32Array };
  /** Positions of images that are not cached, each content once. */
  findUncached: { args: { sha256s: readonly string[] }; result: Uint32Array };
  /** Decodes images into the cache. */
  decodeToCache: { args: { images: readonly CachedImage[] }; result: null };
  /** Flushes the cache to the disk. */
  flush: { args: object; result: null };
  /** Images from the cache, normalised, [n, 3, S, S], each augmented from its stream where there are streams. */
  batch: { args: { images: readonly CachedImage[]; streams: readonly StreamName[] | null }; result: Float32Array };
}
