import { z } from 'zod';
import { TRAINABLE_NETWORKS } from './backbones.ts';
import { type Call, call } from './contract-call.ts';
import { OnnxModel } from './encoder-choices.ts';
import type { EncoderInspection } from './encoder-inspection.ts';
import type { Job } from './job.ts';
import { text } from './schema-parts.ts';
import type { Reach, ShelfModel, WeightsInspection } from './shelf.ts';

const WeightsFile = z.strictObject({ path: text('The weights file') });
const ModelId = z.strictObject({ id: text('The model') });

/** The calls of the contract about the models that a training can start from. */
export const MODEL_CALLS = {
  'models.list': call<ShelfModel[]>()(z.strictObject({})), // what a training can start from, on this computer or for download
  'models.fetch': call<Job>()(ModelId), // downloads weights of the catalogue; the job's subject is their id
  'models.remove': call<null>()(ModelId), // deletes a download, added weights or an imported encoder (onnx:ID); refused for the last two while runs need them
  // An ONNX file: what it says and what trying it shows, in seconds. Problems are in the result.
  'models.inspect': call<EncoderInspection>()(OnnxModel),
  'models.add': call<Job>()(OnnxModel), // stores it; result: { encoder }, its id
  // A weights file: what it is for, and what is wrong with it. `backbone`: to check it against; default: the one that it seems to be for.
  'weights.inspect': call<WeightsInspection>()(WeightsFile.extend({ backbone: z.enum(TRAINABLE_NETWORKS).optional() })),
  'weights.add': call<Job>()(
    WeightsFile.extend({
      backbone: z.enum(TRAINABLE_NETWORKS),
      title: text('The title').max(200, 'must have at most 200 characters'),
      licence: z.string().max(200, 'must have at most 200 characters').nullable(),
    }),
  ), // copies the files to the shelf; result: { weights }, their id
  // Whether weights can be downloaded now: asks their host, at most once a minute. `again`: at once.
  'models.reach': call<Reach>()(ModelId.extend({ again: z.boolean().default(false) })),
} satisfies Record<string, Call<z.ZodType, unknown>>;
