import { z } from 'zod';
import { call } from './contract-call.ts';
import type { DuplicateReport, RejectedPair } from './duplicates.ts';
import { EmbeddingSourceSchema } from './embedding-source-schema.ts';
import { text } from './schema-parts.ts';

const dataset = text('The data set');
const image = z.number().int().min(0);

/** The calls of CALLS about duplicates. */
export const DUPLICATE_CALLS = {
  // Null if the data set is not analysed with the source. The analysis finds the pairs; after an update of Twinlens this call may find them again.
  'duplicates.report': call<DuplicateReport | null>()(z.strictObject({ dataset, source: EmbeddingSourceSchema })),
  // Stores or takes back that pairs of images are no duplicates; the answer has all such pairs.
  'duplicates.reject': call<RejectedPair[]>()(
    z.strictObject({
      dataset,
      pairs: z
        .array(z.tuple([image, image]))
        .min(1)
        .max(100_000),
      rejected: z.boolean(),
    }),
  ),
};
