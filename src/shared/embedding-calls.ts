import { z } from 'zod';
import { call, curatedCall } from './contract-call.ts';
import { EmbeddingSourceSchema } from './embedding-source-schema.ts';
import type { EmbeddingChoice, EmbeddingStatus } from './embeddings.ts';
import type { Job } from './job.ts';
import { text } from './schema-parts.ts';

const Embedded = z.strictObject({ dataset: text('The data set'), source: EmbeddingSourceSchema });

/** The calls of CALLS about embeddings of data sets. */
export const EMBEDDING_CALLS = {
  'embeddings.choices': call<EmbeddingChoice[]>()(Embedded.pick({ dataset: true })), // the default first
  'embeddings.status': call<EmbeddingStatus>()(Embedded),
  'embeddings.start': curatedCall<Job>()(Embedded), // computes what is missing; result: { embeddings: id of the data set }
};
