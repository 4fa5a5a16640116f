import { z } from 'zod';
import { call } from './contract-call.ts';
import { type DatasetQuality, type ImageFlag, QUALITY_FLAGS } from './quality.ts';
import { text } from './schema-parts.ts';

const Dataset = z.strictObject({ dataset: text('The data set') });
const Flag = Dataset.extend({ flag: z.enum(QUALITY_FLAGS) });

/** The calls of CALLS about quality flags. Numbers are measured by the analysis of a data set ('embeddings.start'). */
export const QUALITY_CALLS = {
  'quality.get': call<DatasetQuality>()(Dataset),
  'quality.ofImage': call<ImageFlag[]>()(Dataset.extend({ image: z.number().int().min(0) })), // empty if the image is not measured
  'quality.setThreshold': call<null>()(Flag.extend({ threshold: z.number().nullable() })), // null: the default
  'quality.accept': call<null>()(Flag.extend({ images: z.array(z.number().int().min(0)).min(1).max(1_000_000), accepted: z.boolean() })), // "not a problem"
};
