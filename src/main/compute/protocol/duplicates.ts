import type { ContentRequest } from './content.ts';
import type { EmbeddedRequest } from './embeddings.ts';

export interface DuplicatesRequest {
  content: ContentRequest; // all images of the data set
  embedded: EmbeddedRequest;
  ids: Int32Array; // [n] EmbeddedSet.ids
}

/** Columns of a found pair. */
export const PAIR_COLUMNS = ['a', 'b', 'score', 'isExact', 'mirrored', 'bits', 'distance', 'sharpnessA', 'sharpnessB'] as const;

export interface FoundDuplicates {
  /** [m, PAIR_COLUMNS.length]; ids are whole numbers below 2^24. */
  pairs: Float32Array;
  candidates: number; // pairs that were aligned
  compared: number; // images with a signature
}

/** Calls about duplicates. */
export interface DuplicateCalls {
  /** Reads signatures and neighbours of an analysed data set; opens no image. Progress: share of the work. */
  findDuplicates: { args: DuplicatesRequest; result: FoundDuplicates; progress: { done: number; total: number } };
}
