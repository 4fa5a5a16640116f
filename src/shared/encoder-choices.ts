import { z } from 'zod';
import { OUTPUT_KINDS, PRESETS, type PreprocessingPreset, TENSOR_LAYOUTS } from './encoder-forms.ts';
import { EncoderId } from './imported-encoder.ts';
import { realNumber, text, wholeNumber } from './schema-parts.ts';

const triple = (low: number): z.ZodType<[number, number, number]> => z.tuple([realNumber(low, 1000), realNumber(low, 1000), realNumber(low, 1000)]);

/** What a person may override of what was found in an ONNX file. */
export const EncoderChoices = z.strictObject({
  id: EncoderId.optional(),
  title: text('The title').max(200, 'must have at most 200 characters').optional(),
  output: text('The output').max(1000).optional(), // any value that the graph computes
  kind: z.enum(OUTPUT_KINDS).optional(), // of the output
  prefixTokens: wholeNumber(0, 1000).optional(),
  outputLayout: z.enum(TENSOR_LAYOUTS).optional(), // of a map
  inputLayout: z.enum(TENSOR_LAYOUTS).optional(),
  size: wholeNumber(8, 2048).optional(), // px
  preset: z.enum(PRESETS as [PreprocessingPreset, ...PreprocessingPreset[]]).optional(),
  mean: triple(-1000).optional(), // of pixels 0..1, RGB; with std, in place of a preset
  std: triple(1e-6).optional(),
  licence: z.string().max(200, 'must have at most 200 characters').optional(),
});
export type EncoderChoices = z.infer<typeof EncoderChoices>;

/** An ONNX file, or a folder with one, and how it is to be read. */
export const OnnxModel = z.strictObject({ path: text('The path'), choices: EncoderChoices.default({}) });
