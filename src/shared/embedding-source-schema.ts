import { z } from 'zod';
import type { EmbeddingSource } from './embedding-source.ts';
import { text } from './schema-parts.ts';

export const EmbeddingSourceSchema: z.ZodType<EmbeddingSource> = z.union([
  z.strictObject({ encoder: text('The encoder'), weights: text('The weights').nullable() }),
  z.strictObject({ run: text('The run') }),
]);
