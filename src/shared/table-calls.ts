import { z } from 'zod';
import { call, curatedCall } from './contract-call.ts';
import { EmbeddingSourceSchema } from './embedding-source-schema.ts';
import type { Job } from './job.ts';
import { text } from './schema-parts.ts';
import { TABLE_FORMATS, TABLE_NAMES, type TablePlan } from './tables.ts';

export const ExportTable = z.strictObject({
  dataset: text('The data set'),
  table: z.enum(TABLE_NAMES),
  format: z.enum(TABLE_FORMATS),
  run: text('The run').optional(), // of `scores`
  source: EmbeddingSourceSchema.optional(), // of `embeddings` and `neighbours`
  split: z.enum(['test', 'valid']).default('test'), // of `scores`
  out: text('The file').optional(), // default: one in the workspace's exports folder
});
export type ExportTable = z.infer<typeof ExportTable>;

const TableFile = z.strictObject({ dataset: text('The data set'), file: text('The file') });

/** The calls of CALLS about tables. */
export const TABLE_CALLS = {
  'tables.export': curatedCall<Job>()(ExportTable), // result: { file }
  'tables.inspect': call<TablePlan>()(TableFile), // a CSV or Parquet file with classes or tags
  'tables.apply': call<Job>()(TableFile), // relabels and tags as the plan says: one entry of the history for each class and tag; result: { dataset }
};
