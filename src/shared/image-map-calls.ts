import { z } from 'zod';
import { call } from './contract-call.ts';
import { EmbeddingSourceSchema } from './embedding-source-schema.ts';
import type { ImageMapPoints, ImageMapStatus } from './image-map.ts';
import type { Job } from './job.ts';
import { text } from './schema-parts.ts';

const Mapped = z.strictObject({ dataset: text('The data set'), source: EmbeddingSourceSchema });

/** The calls of CALLS about maps of data sets. */
export const IMAGE_MAP_CALLS = {
  'imageMap.status': call<ImageMapStatus>()(Mapped),
  /** `again`: all images anew, not only those that are not on the map. Result: { imageMap: id of the data set } */
  'imageMap.start': call<Job>()(Mapped.extend({ again: z.boolean().default(false) })),
  'imageMap.points': call<ImageMapPoints>()(Mapped),
};
