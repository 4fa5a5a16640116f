import { z } from 'zod';
import type { BundleInfo } from './bundle.ts';
import { call } from './contract-call.ts';
import type { Job } from './job.ts';
import { text } from './schema-parts.ts';

export const SaveBundle = z.strictObject({
  dataset: text('The data set'),
  images: z.boolean().default(false), // whether the bundle has the images, excluded ones too
  out: text('The file').optional(), // default: one in the workspace's exports folder
});
export const OpenBundle = z.strictObject({
  file: text('The file'),
  imagesFolder: text('The folder').optional(), // new or empty, for the images of the bundle; without images the folder that has them
});

/** The calls of CALLS about project bundles. */
export const BUNDLE_CALLS = {
  'bundles.save': call<Job>()(SaveBundle), // result: { file }
  'bundles.inspect': call<BundleInfo>()(z.strictObject({ file: text('The file') })),
  'bundles.open': call<Job>()(OpenBundle), // adds its data set with new ids; result: { dataset }
};
