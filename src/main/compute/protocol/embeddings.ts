import type { EmbeddingMeasure, EmbeddingSource } from '../../../shared/embedding-source.ts';
import type { NeighbourRecall, UnreadableImage } from '../../../shared/embeddings.ts';
import type { RunConfig } from '../../../shared/run.ts';
import type { ImageUnits } from '../../domain/evaluate/units.ts';
import type { PackedImages } from '../../domain/pairs/packed.ts';

/** Neighbours of an image that are stored with the embeddings of a data set. */
export const NEIGHBOURS = 20;

/** Files in EmbeddedRequest.folder, as src/main/foundation/number-files.ts writes them. */
export const EMBEDDING_FILES = {
  ids: 'ids.i32', // [n]
  rows: 'rows.f32', // [n, d]
  positions: 'neighbours.i32', // [n, k]
  distances: 'distances.f32', // [n, k]
} as const;

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
  recall: NeighbourRecall | null;
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

/** The network of a source. */
export type EmbeddingNetwork =
  | { kind: 'encoder'; config: RunConfig; encoderFolder: string | null; weightsPath: string | null }
  | { kind: 'run'; model: { folder: string; config: RunConfig; encoderFolder?: string | null; sha256: string | null; epochs: number } };

/** All images of a data set. */
export interface AllImages {
  images: PackedImages; // excluded ones too, with their current classes
  excluded: Uint8Array; // [images] 1: excluded
  units: ImageUnits; // of `images`
  edits: string; // BrowseStore.edits
}

export interface EmbedDatasetRequest {
  network: EmbeddingNetwork;
  caches: { features: string; pixels: string }; // folders
  root: string; // of the data set
  images: PackedImages;
  folder: string; // new, for the files
}

export interface EmbedDatasetResult {
  ids: Int32Array; // [n]
  d: number;
  k: number;
  unreadable: UnreadableImage[];
}

/** fit: images that patches are fitted to. images: those that were not cached. neighbours: images whose neighbours are found. */
export interface EmbedProgress {
  stage: 'fit' | 'images' | 'neighbours';
  done: number;
  total: number;
}

/** Requests to compute, as in ComputeCalls. */
export interface EmbeddingCalls {
  /** Embeds all readable images, and finds their neighbours. Features are cached one by one, so a cancelled call continues where it stopped. */
  embedDataset: { args: EmbedDatasetRequest; result: EmbedDatasetResult; progress: EmbedProgress };
  /** Whether all files are there and intact. */
  checkEmbeddings: { args: EmbeddedRequest; result: boolean; progress: never };
  /** How often the stored neighbours have the class of their image. */
  neighbourRecall: { args: { embedded: EmbeddedRequest; ids: Int32Array } & AllImages; result: NeighbourRecall | null; progress: never };
}
