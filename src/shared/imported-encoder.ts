import { z } from 'zod';
import { ENCODER_ID } from './encoder-forms.ts';
import { INPUT_TYPES, OUTPUT_KINDS, TENSOR_LAYOUTS } from './encoder-forms.ts';
import { Preprocessing } from './training-options/weights.ts';

export const EncoderId = z
  .string()
  .regex(
    ENCODER_ID,
    'must start with a small letter or a digit and have only small letters, digits, - and _, at most 64, and be no name that Windows keeps for devices, such as nul',
  );

/**
 * A frozen encoder that a person brought as an ONNX file: how it reads images, and which output is its features. Stored as `encoder.json` in
 * `imported/ID/`, beside the model file and its external data. Unknown fields of other versions are dropped.
 */
export const ImportedEncoder = z.object({
  id: EncoderId,
  title: z.string().min(1).max(200),
  sha256: z.string().regex(/^[0-9a-f]{64}$/), // of the stored model file, then of its external data files, in the order of their names
  file: z.string().regex(/^(?!\.\.?$)[^/\\]+$/), // name of the model file in the folder
  input: z.object({
    name: z.string(),
    layout: z.enum(TENSOR_LAYOUTS),
    type: z.enum(INPUT_TYPES), // uint8: pixels 0..255
    size: z.number().int().positive().nullable(), // px, fixed side of images; null: dynamic
    multiple: z.number().int().positive(), // px; a side must be a multiple of it
  }),
  output: z.object({
    name: z.string(),
    kind: z.enum(OUTPUT_KINDS),
    layout: z.enum(TENSOR_LAYOUTS), // of a map
    prefixTokens: z.number().int().min(0), // class and register tokens before the patches
  }),
  channels: z.number().int().positive(), // C
  defaultSize: z.number().int().positive(), // px, side of images
  preprocessing: Preprocessing, // of pixels 0..255; [0, 1/255] per channel where the network takes 0..255
  resampling: z.string().nullable(), // that its files state, such as "bicubic"; for information
  batch: z.enum(['any', 'one']), // one: images of a batch influence each other, or its size is fixed at 1
  licence: z.string().nullable(), // as stated; null: unknown
  addedMs: z.number(),
});

export type ImportedEncoder = z.infer<typeof ImportedEncoder>;

/** Why an imported encoder can't read images of this side, in px; null if it can. */
export function importedSizeProblem({ title, input: { size: fixed, multiple } }: ImportedEncoder, size: number): string | null {
  if (fixed !== null) return size === fixed ? null : `${title} reads images of ${fixed} px only: choose ${fixed} px instead of ${size}.`;
  if (size >= multiple && size % multiple === 0) return null;
  const below = Math.max(multiple, size - (size % multiple));
  return `${title} needs images whose side is a multiple of ${multiple} px: choose ${below} or ${below + multiple} px instead of ${size}.`;
}

/** An imported encoder as a run uses it: with the shape of its maps, C × height × width, of images of the run's size. One vector is 1 × 1. */
export const RunEncoder = ImportedEncoder.extend({
  height: z.number().int().positive(),
  width: z.number().int().positive(),
});

export type RunEncoder = z.infer<typeof RunEncoder>;

/** Shape of the map that an imported encoder makes of an image, in cells. */
export type EncodedShape = Pick<RunEncoder, 'channels' | 'height' | 'width'>;
