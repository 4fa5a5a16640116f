import type { CuratedImage } from './curation.ts';
import type { EmbeddingSource } from './embedding-source.ts';

/** Images of a data set that show one photograph; stacks: duplicate-stacks.ts, words: duplicate-words.ts. */

/** The slider's range, and where it begins. Chosen on planted-set.mjs --seed 1; BENCHMARKS.md has what other sets give. */
export const SCORE_RANGE = { least: 0.8, most: 0.99, default: 0.9 } as const;

/** Pairs of images, packed: entry i of each array is of one pair. */
export interface DuplicatePairs {
  a: Int32Array; // image ids, a < b
  b: Int32Array;
  /** Correlation of the details of the best alignment, SCORE_RANGE.least to 1; 1: the same pixels. */
  score: Float32Array;
  isExact: Uint8Array; // 1: the same pixels
  mirrored: Uint8Array; // 1: one is the mirror image of the other
  bits: Uint8Array; // in which their perceptual hashes differ, 0..64
  distance: Float32Array; // of their embeddings; NaN where neither is among the other's nearest images
}

/** Pairs of images that a person said are no duplicates: ids, a < b. */
export type RejectedPair = [number, number];

/** Whether a pair of image ids, a < b, is among the rejected ones. */
export function rejectionTest(rejected: readonly RejectedPair[]): (a: number, b: number) => boolean {
  const keys = new Set(rejected.map(([a, b]) => `${a} ${b}`));
  return (a, b) => keys.has(`${a} ${b}`);
}

/** An image in a pair, with what decides which one of a stack is kept. */
export interface DuplicateImage extends CuratedImage {
  sharpness: number; // see QUALITY_NUMBERS; NaN where it is not defined
}

export interface DuplicateReport {
  dataset: string; // id
  source: EmbeddingSource;
  sourceName: string; // "DINOv2 ViT-S/14", "run 3"
  compared: number; // images
  candidates: number; // pairs that were aligned
  computedMs: number;
  seconds: number;
  pairs: DuplicatePairs;
  images: DuplicateImage[]; // of all pairs, ascending by id; excluded ones too
  rejected: RejectedPair[];
}
