import { z } from 'zod';
import type { Certainty } from './calibration.ts';
import type { Verdict } from './comparison.ts';
import type { CuratedImage } from './curation.ts';
import type { EmbeddingSource } from './embedding-source.ts';
import { EmbeddingSourceSchema } from './embedding-source-schema.ts';
import { text, wholeNumber } from './schema-parts.ts';

/** Most images of one answer. */
export const MAX_SIMILAR = 500;

/** Which images of a data set may be found. An empty list is no condition. */
export const SimilarFilter = z.strictObject({
  classes: z.array(z.string()).max(10_000).default([]),
  splits: z.array(z.enum(['train', 'valid', 'test'])).default([]),
  groups: z.enum(['all', 'own', 'other']).default('all'), // own: only images of the query's group; other: without these
  state: z.enum(['included', 'excluded', 'all']).default('included'),
});
export type SimilarFilter = z.infer<typeof SimilarFilter>;

/** What is looked for: an image of the data set by its id, or any image file on the computer running Twinlens. */
export const SimilarTarget = z.union([z.strictObject({ image: z.number().int().min(0) }), z.strictObject({ file: text('The file') })]);
export type SimilarTarget = z.infer<typeof SimilarTarget>;

export const SimilarQuery = z.strictObject({
  dataset: text('The data set'),
  source: EmbeddingSourceSchema,
  target: SimilarTarget,
  filter: SimilarFilter.prefault({}),
  limit: wholeNumber(1, MAX_SIMILAR).default(20),
});
export type SimilarQuery = z.infer<typeof SimilarQuery>;

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

export interface SimilarAnswer {
  dataset: string;
  source: EmbeddingSource;
  query: SimilarQueried;
  images: SimilarImage[]; // nearest first; equal distances by position
  ranked: number; // images that the filter allows, without the query itself
  searched: { images: number; excluded: number; unreadable: number; computedMs: number }; // `images`: all with an embedding
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

export const NewImageJudgement = z.strictObject({
  dataset: text('The data set'),
  source: EmbeddingSourceSchema,
  query: z.strictObject({ sha256: z.string().regex(/^[\da-f]{64}$/), file: text('The file') }),
  partner: z.number().int().min(0).nullable(), // an image of the data set; null: all that were shown
  judgement: z.enum(IMAGE_JUDGEMENTS).nullable(), // null takes an earlier one back
  distance: z.number().nullable().default(null),
  rank: wholeNumber(1, 1_000_000_000).nullable().default(null),
});
export type NewImageJudgement = z.infer<typeof NewImageJudgement>;

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
