import type { Certainty } from './calibration.ts';
import type { Verdict } from './comparison.ts';
import type { CuratedImage } from './curation.ts';
import type { Split } from './dataset.ts';
import type { EmbeddingSource } from './embedding-source.ts';

/** Search for images in a data set: types; schemas: similar-schema.ts; words: similar-words.ts. */

/** Most images of one answer. */
export const MAX_SIMILAR = 500;

/** all: every group; own: only images of the query's group; other: without these. */
export const GROUP_CHOICES = ['all', 'own', 'other'] as const;

/** Which images of a data set may be found. An empty list is no condition. */
export interface SimilarFilter {
  classes: string[];
  splits: Split[];
  groups: (typeof GROUP_CHOICES)[number];
  state: 'included' | 'excluded' | 'all';
}

export const NO_FILTER: SimilarFilter = { classes: [], splits: [], groups: 'all', state: 'included' };

/** What is looked for: an image of the data set by its id, or any image file on the computer running Twinlens. */
export type SimilarTarget = { image: number } | { file: string };

export interface SimilarQuery {
  dataset: string; // id or name
  source: EmbeddingSource;
  target: SimilarTarget;
  filter: SimilarFilter;
  limit: number; // 1..MAX_SIMILAR
}

/** A run's verdict on two images, by its threshold and similarity curve. */
export interface SimilarVerdict {
  verdict: Verdict;
  similarity: number; // 0..1
  certainty: Pick<Certainty, 'low' | 'high'> | null;
  nearThreshold: boolean;
}

/** What a person says of two images. `none`: of a query and all the images that were shown. */
export const IMAGE_JUDGEMENTS = ['same', 'different', 'none'] as const;
export type ImageJudgement = (typeof IMAGE_JUDGEMENTS)[number];

export interface SimilarImage {
  rank: number; // 1-based, among the images that the filter allows
  image: CuratedImage;
  distance: number; // 1 - cosine, or a run's D
  isCopy: boolean; // its pixels are those of the query
  verdict: SimilarVerdict | null; // null for an encoder
  judgement: 'same' | 'different' | null;
}

/** The image that is looked for. */
export interface SimilarQueried {
  sha256: string;
  file: string; // absolute
  width: number; // px, after EXIF rotation
  height: number;
  image: CuratedImage | null; // null: a file from outside the data set
}

/** The data set that was searched. */
export interface Searched {
  images: number; // with an embedding
  excluded: number; // of these
  unreadable: number; // without an embedding
  computedMs: number; // when it was analysed
}

export interface SimilarAnswer {
  dataset: string;
  source: EmbeddingSource;
  query: SimilarQueried;
  images: SimilarImage[]; // nearest first; equal distances by position
  ranked: number; // images that the filter allows, without the query itself
  searched: Searched;
  threshold: number | null; // of a run's distances
  isNone: boolean; // judged "none of these", and no image as same since
  counts: JudgementCounts;
}

/** Judgements on the images of a data set that are in force. */
export interface JudgementCounts {
  same: number;
  different: number;
  none: number;
}

export interface NewImageJudgement {
  dataset: string; // id or name
  source: EmbeddingSource;
  query: { sha256: string; file: string };
  partner: number | null; // an image of the data set; null: all that were shown
  judgement: ImageJudgement | null; // null takes an earlier one back
  distance: number | null;
  rank: number | null; // 1-based
}

/** A stored judgement. A newer one of the same two images replaces it. */
export interface StoredImageJudgement {
  judgement: ImageJudgement | null;
  id: string;
  query: string; // SHA-256 of its bytes
  queryFile: string; // as it was named then
  partner: string | null; // likewise; null: all that were shown
  partnerFile: string | null;
  source: EmbeddingSource;
  distance: number | null;
  rank: number | null;
  createdMs: number;
}
