import type { EmbeddingSource } from './embedding-source.ts';
import { countNoun, durationText } from './format.ts';

/** Every image of an analysed data set as a point: neighbours are near each other. */

export interface ImageMapFacts {
  images: number; // points
  added: number; // of these, placed among the others without moving them
  /** Of a sample, for its 5 nearest points: how many are near by the embeddings too, 0..1 (Venna and Kaski 2001). Null for under 20 images. */
  trustworthiness: number | null;
  computedMs: number;
  seconds: number;
}

/** stale: images or the network have changed since. */
export type ImageMapState = 'missing' | 'ready' | 'stale';

export interface ImageMapStatus {
  dataset: string; // id
  source: EmbeddingSource;
  state: ImageMapState;
  facts: ImageMapFacts | null; // null: missing
}

export interface ImageMapPoints {
  ids: Int32Array; // [n] images, ascending
  xy: Float32Array; // [n, 2]
}

/** What of a large map is read wrongly most often. */
export const MAP_LIMITS = 'Only what is close together says something: the distance between two clusters, their sizes and the axes mean little.';

export function imageMapSentence({ images, added, trustworthiness, seconds }: ImageMapFacts): string {
  const trust = trustworthiness === null ? '' : `, trustworthiness ${trustworthiness.toFixed(2)} (1 is best)`;
  const placed = added === 0 ? '' : ` ${countNoun(added, 'new image')} placed among the others, which stayed.`;
  return `${countNoun(images, 'image')} laid out by UMAP in ${durationText(seconds)}${trust}.${placed}`;
}
