import type { EmbeddingMeasure, EmbeddingSource } from './embedding-source.ts';
import type { IntervalUnit } from './run.ts';
import type { Estimate } from './structure.ts';

/** The embeddings of a data set for a screen: types; words: embedding-words.ts. */

/** An image of a data set that has no row, and why, in a sentence. */
export interface UnreadableImage {
  image: number; // id
  file: string; // relative to the data set's folder
  reason: string;
}

/**
 * How often an image's nearest neighbours have its class. Queries are the included images, each against all other included ones (leave one out),
 * without images of its own group and without copies of it, which would be found without any skill.
 */
export interface NeighbourRecall {
  queries: number; // that have an image of their class to be found, and a stored neighbour
  leftOut: number; // included images without either
  over: IntervalUnit; // of the intervals
  units: number;
  recall1: Estimate; // share of queries whose nearest neighbour has their class
  recall10: Estimate; // share with their class among the nearest 10
  edits: string; // state of the classes that it is of
}

export interface EmbeddingFacts {
  images: number; // rows
  unreadable: UnreadableImage[];
  dimensions: number; // numbers of a row
  neighbours: number; // stored for each image
  measure: EmbeddingMeasure;
  threshold: number | null; // of a run's distances
  recall: NeighbourRecall | null; // null: no image has another one of its class
  computedMs: number;
  seconds: number;
}

/** stale: the run or the encoder has changed since. */
export type EmbeddingState = 'missing' | 'ready' | 'stale';

export interface EmbeddingStatus {
  dataset: string; // id
  source: EmbeddingSource;
  name: string; // of the source: "DINOv2 ViT-S/14", "run 3"
  state: EmbeddingState;
  facts: EmbeddingFacts | null; // null: missing
}

/** A source that can be chosen on this computer. */
export interface EmbeddingChoice {
  source: EmbeddingSource;
  name: string;
}
