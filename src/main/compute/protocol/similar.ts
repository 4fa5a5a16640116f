import type { EmbeddedRequest, EmbeddingNetwork } from './embeddings.ts';

export interface EmbedFilesRequest {
  embedded: EmbeddedRequest;
  network: EmbeddingNetwork; // that the set was embedded with
  caches: { features: string; pixels: string }; // folders
  files: readonly { file: string; sha256: string }[]; // absolute; they need not be in the data set
}

export interface EmbedFilesResult {
  values: Float32Array; // [readable files, d], scaled as the rows of the set
  unreadable: { position: number; reason: string }[]; // in `files`
}

/** Queries whose nearest rows are asked for: rows of the set, which are not found themselves, or other rows [queries, d]. */
export type NearestQueries = { rows: Int32Array } | { values: Float32Array };

export interface NearestRequest {
  embedded: EmbeddedRequest;
  queries: NearestQueries;
  allowed: Uint8Array | null; // [n] 1: may be found; null: all
  limit: number;
}

/** The nearest rows of each query, nearest first; equal distances by row. */
export interface NearestAnswer {
  rows: Int32Array[]; // [queries][at most limit]
  distances: Float64Array[]; // likewise; 1 - cosine, or a run's D
}

/** Requests to compute, as in ComputeCalls. */
export interface SimilarCalls {
  /** Progress: files that were not cached. */
  embedFiles: { args: EmbedFilesRequest; result: EmbedFilesResult; progress: { done: number; total: number } };
  /** Progress: queries. */
  findNearest: { args: NearestRequest; result: NearestAnswer; progress: { done: number; total: number } };
}
