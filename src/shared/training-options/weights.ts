import { z } from 'zod';

const triple = z.tuple([z.number(), z.number(), z.number()]);

/** How pixels 0..255 become network input, per channel RGB: (p / 255 - mean) / std. */
export const Preprocessing = z.object({ mean: triple, std: triple });

/**
 * Where weights come from decides two details of the same backbone: Keras pads stride-2 convolutions on the right
 * and bottom only and uses batch-norm epsilon 1e-3; PyTorch pads all round and uses 1e-5.
 */
export const Flavour = z.enum(['torch', 'keras']);

/** Weights as found and verified at the start of a run. */
export const WeightsInfo = z.object({
  source: z.string(), // catalogue id, or the file's name as given
  sha256: z.string(), // of the tensors' bytes in the order of the backbone's parameters
  flavour: Flavour,
  preprocessing: Preprocessing,
  licence: z.string().nullable(),
});
