import type { EmbeddingMeasure, EmbeddingSource } from '../../../shared/embedding-source.ts';

/** Neighbours of an image that are stored with the embeddings of a data set. */
export const NEIGHBOURS = 20;

/** An image of a data set that has no row, and why, in a sentence. */
export interface UnreadableImage {
  image: number; // id
  file: string; // relative to the data set's folder
  reason: string;
}

/**
 * The stored embeddings of a data set, for a compute call: `openEmbeddings` (compute/embeddings/open-embeddings.ts) reads their rows. Sent as it
 * is with the call.
 */
export interface EmbeddedRequest {
  folder: string; // that has the files
  key: string; // EmbeddedSet.key
  n: number; // rows
  d: number; // numbers of a row
  k: number; // neighbours of a row: NEIGHBOURS, or n - 1 if that is smaller
  measure: EmbeddingMeasure; // cosine: rows have length 1, or are all 0
}

/**
 * The embeddings of the readable images of a data set, excluded ones too. Row i is the image `ids[i]`. `key` changes with the images, the source
 * and its network, so what is derived from a set is stored with it; it does not change with classes, tags, splits and exclusions.
 */
export interface EmbeddedSet {
  key: string;
  dataset: string; // id
  source: EmbeddingSource;
  ids: Int32Array; // [n] ascending
  unreadable: UnreadableImage[];
  threshold: number | null; // of a run's distances; null for an encoder
  computedMs: number;
  seconds: number;
  request: EmbeddedRequest;
}

/** The nearest other rows of each row, nearest first; equal distances by position. */
export interface StoredNeighbours {
  n: number;
  k: number;
  positions: Int32Array; // [n, k] rows
  distances: Float32Array; // [n, k] 1 - cosine, or a run's D
}
