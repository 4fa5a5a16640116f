import type { PackedImages } from '../../domain/pairs/packed.ts';
import type { UnreadableImage } from '../../../shared/embeddings.ts';

/** The images of a data set whose content is measured. */
export interface ContentRequest {
  folder: string; // of the cache
  root: string; // of the data set
  images: PackedImages;
  sampleBits: number | null; // DatasetSummary.sampleBits
}

/** What the pixels of images say, a row for each image of the request. */
export interface ContentRows {
  measured: Uint8Array; // [n] 1: has a row; 0: not measured yet, or the file can't be read
  numbers: Float32Array; // [n, QUALITY_NUMBERS.length], see shared/quality.ts; NaN where a number is not defined or the image not measured
}

/** Calls about the content of images: each image is read once at a small size, and its row is cached by the SHA-256 of its bytes. */
export interface ContentCalls {
  /** Measures the images that are not cached. Returns those that can't be read; they are tried again at the next call. Progress: images. */
  measureContent: { args: ContentRequest; result: UnreadableImage[]; progress: { done: number; total: number } };
  /** Reads cached rows. Opens no image. */
  readContent: { args: ContentRequest; result: ContentRows; progress: never };
}
