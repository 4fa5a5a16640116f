import { z } from 'zod';
import { call, curatedCall } from './contract-call.ts';
import { EmbeddingSourceSchema } from './embedding-source-schema.ts';
import type { Job } from './job.ts';
import type { LabelAnswer } from './labels.ts';
import { text } from './schema-parts.ts';

const Checked = z.strictObject({ dataset: text('The data set'), source: EmbeddingSourceSchema });
const ConfirmLabels = Checked.extend({
  images: z.array(z.number().int().min(0)).min(1, 'choose at least one image').max(100_000),
  right: z.boolean(),
});

/** The calls of CALLS about checks of labels. */
export const LABEL_CALLS = {
  'labels.check': curatedCall<Job>()(Checked), // result: { labels: id of the data set }
  'labels.find': curatedCall<LabelAnswer | null>()(Checked), // the last check; null before the first
  'labels.confirm': call<null>()(ConfirmLabels), // says that labels are right, or takes it back
};
