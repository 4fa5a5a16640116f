import { z } from 'zod';
import { curatedCall } from './contract-call.ts';
import type { EncoderComparisonRow } from './encoder-comparison.ts';
import type { Job } from './job.ts';
import { text } from './schema-parts.ts';
import { choiceValues } from './training-options/table.ts';

/** A data set and a meaning of "same", on whose validation pairs encoders are compared. */
const EncoderQuery = z.strictObject({
  dataset: text('The data set'),
  same: z.enum(choiceValues('same')).default('class'),
  negatives: z.enum(choiceValues('negatives')).default('anywhere'),
  pairs: text('The list of pairs').optional(), // its id, where same means pairs
});

/** `encoders` as parseEncoderChoice reads them; default: all on this computer. */
const CompareEncoders = EncoderQuery.extend({ encoders: z.array(text('An encoder')).min(1).max(50).optional() });

export type EncoderQuery = z.infer<typeof EncoderQuery>;

/** The calls of CALLS about encoders compared before a training. */
export const ENCODER_CALLS = {
  'encoders.compare': curatedCall<Job>()(CompareEncoders), // on validation pairs; result: { encoders }
  'encoders.latest': curatedCall<EncoderComparisonRow | null>()(EncoderQuery), // the newest comparison; null before the first
};
