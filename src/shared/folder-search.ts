import type { CuratedImage } from './curation.ts';
import type { EmbeddingSource } from './embedding-source.ts';
import type { Searched, SimilarVerdict } from './similar.ts';

/** Candidates of each query: as many as there are keys from 1 to 9. */
export const CANDIDATES = 9;

/** A search for every image of a folder in a data set. */
export interface FolderSearchRequest {
  dataset: string; // id or name
  source: EmbeddingSource;
  folder: string;
}

/** same: a candidate shows the same; new: the data set has no such image; skipped: for later. */
export const DECISIONS = ['same', 'new', 'skipped'] as const;
export type DecisionKind = (typeof DECISIONS)[number];

/** A person's decision on a query. `rank` and `distance` of the chosen candidate. */
export interface Decision {
  kind: DecisionKind;
  image: number | null; // of the data set, if it is the same
  file: string | null; // of this image, relative to the data set's folder
  rank: number | null; // 1-based
  distance: number | null;
  atMs: number;
}

export interface FolderSearch {
  search: string; // id
  dataset: string;
  source: EmbeddingSource;
  folder: string; // absolute
  searched: Searched & { ranked: number }; // the data set then; `ranked`: included images
  queries: number; // files that can be read
  unreadable: { file: string; reason: string }[];
  decided: Record<DecisionKind, number>;
  createdMs: number;
}

/** One image of the folder. */
export interface FolderQuery {
  position: number; // 0-based, among the readable ones
  file: string; // relative to the folder
  path: string; // absolute
  sha256: string;
  decision: Decision | null;
  candidates: { image: CuratedImage; distance: number; verdict: SimilarVerdict | null }[]; // nearest first
}

export interface DecideRequest {
  search: string;
  position: number;
  decision: DecisionKind;
  rank: number | null; // 1-based, of the candidate that is the same
}

/** The first query after `position` that has no decision, from the start again at the end; null if all have one. */
export function nextOpen(decided: readonly (DecisionKind | null)[], position: number): number | null {
  for (let step = 1; step <= decided.length; step++) {
    const at = (position + step) % decided.length;
    if (decided[at] === null) return at;
  }
  return null;
}
