import { z } from 'zod';
import { EmbeddingSourceSchema } from './embedding-source-schema.ts';
import { CANDIDATES, DECISIONS } from './folder-search.ts';
import { text, wholeNumber } from './schema-parts.ts';
import { GROUP_CHOICES, IMAGE_JUDGEMENTS, MAX_SIMILAR, NO_FILTER } from './similar.ts';

/** Schemas of searches; their types are in similar.ts and folder-search.ts. */

const SimilarFilterSchema = z.strictObject({
  classes: z.array(z.string()).max(10_000).default(NO_FILTER.classes),
  splits: z.array(z.enum(['train', 'valid', 'test'])).default(NO_FILTER.splits),
  groups: z.enum(GROUP_CHOICES).default(NO_FILTER.groups),
  state: z.enum(['included', 'excluded', 'all']).default(NO_FILTER.state),
});

export const SimilarQuerySchema = z.strictObject({
  dataset: text('The data set'),
  source: EmbeddingSourceSchema,
  target: z.union([z.strictObject({ image: z.number().int().min(0) }), z.strictObject({ file: text('The file') })]),
  filter: SimilarFilterSchema.prefault({}),
  limit: wholeNumber(1, MAX_SIMILAR).default(20),
});

export const ImageJudgementSchema = z.strictObject({
  dataset: text('The data set'),
  source: EmbeddingSourceSchema,
  query: z.strictObject({ sha256: z.string().regex(/^[\da-f]{64}$/), file: text('The file') }),
  partner: z.number().int().min(0).nullable(),
  judgement: z.enum(IMAGE_JUDGEMENTS).nullable(),
  distance: z.number().nullable().default(null),
  rank: wholeNumber(1, 1_000_000_000).nullable().default(null),
});

export const FolderSearchSchema = z.strictObject({ dataset: text('The data set'), source: EmbeddingSourceSchema, folder: text('The folder') });

export const DecideSchema = z.strictObject({
  search: text('The search'),
  position: z.number().int().min(0),
  decision: z.enum(DECISIONS),
  rank: wholeNumber(1, CANDIDATES).nullable().default(null),
});
