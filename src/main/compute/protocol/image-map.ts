import type { EmbeddedRequest } from './embeddings.ts';

export interface LayOutRequest {
  embedded: EmbeddedRequest;
  seed: number;
  /** [n, 2] where images are already, which stay there; NaN: not on the map yet. Null: all are laid out. */
  known: Float32Array | null;
}

export interface LayOutResult {
  xy: Float32Array; // [n, 2]
  trustworthiness: number | null; // ImageMapFacts.trustworthiness
}

/** Epochs of the optimisation. */
export interface LayOutProgress {
  done: number;
  total: number;
}

/** Requests to compute, as in ComputeCalls. */
export interface ImageMapCalls {
  /** Lays out the images of an embedded data set on a plane. The same request gives the same map. */
  layOutImages: { args: LayOutRequest; result: LayOutResult; progress: LayOutProgress };
}
