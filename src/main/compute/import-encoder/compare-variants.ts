import { statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { EncoderChoices } from '../../../shared/encoder-choices.ts';
import type { EncoderDraft } from '../../../shared/encoder-inspection.ts';
import { asAppError } from '../../../shared/errors.ts';
import { type OnnxFile, readOnnxFile } from '../../nn/engines/imported/onnx-file.ts';
import { outputOfEach } from '../../nn/engines/imported/session.ts';
import { throwIfCancelled } from '../async/parallel.ts';
import { describeInput } from './describe-input.ts';
import { externalFiles, type ModelFiles } from './model-files.ts';
import { cosine } from './vectors.ts';

const LARGEST = 1e9; // bytes of a variant that is tried
const MOST = 4; // variants that are tried

/** Files of the same network with other numbers, as transformers.js names them. */
const VARIANT = /(?:^|_)(fp16|int8|uint8|quantized)\.onnx$/i;

/** What all files of one network have in common: "vision_model" of "vision_model_fp16.onnx", whose folder also has a "text_model". */
const networkIn = (name: string): string => name.replace(VARIANT, '').replace(/\.onnx$/i, '') || 'model';

interface Tried {
  model: OnnxFile;
  batches: readonly Float32Array[]; // normalised images, [3, S, S] each
  choices: EncoderChoices;
  signal: AbortSignal;
}

/** Sentences: how far models with float16 or int8 numbers beside this one agree with it, in an output that both declare. */
export async function compareVariants(files: ModelFiles, draft: EncoderDraft, tried: Tried): Promise<string[]> {
  const { model, batches, choices, signal } = tried;
  const network = networkIn(basename(files.path));
  const variants = files.others
    .filter((name) => VARIANT.test(name) && networkIn(name) === network && statSync(join(files.folder, name)).size <= LARGEST)
    .slice(0, MOST);
  if (variants.length === 0) return [];
  const declared = model.outputs.map(({ name }) => name);
  const output = { name: declared.find((name) => name === draft.output.name) ?? declared[0]! };
  const own = await outputOfEach(files.path, { input: draft.input, output }, batches, draft.defaultSize);
  const notes: string[] = [];
  for (const file of variants) {
    throwIfCancelled(signal);
    try {
      const path = join(files.folder, file);
      const variant = readOnnxFile(path);
      externalFiles(variant);
      const { input } = describeInput(variant, { notes: [] }, choices);
      const other = await outputOfEach(path, { input, output }, batches, draft.defaultSize);
      const lowest = Math.min(...other.map((values, i) => cosine(values, own[i]!)));
      const atLeast = (Math.floor(Math.min(lowest, 0.99999) * 1e4) / 1e4).toFixed(4); // rounded down: half precision is never exact
      notes.push(`The output of ${file} has a cosine of at least ${atLeast} to that of this file, over ${batches.length} images.`);
    } catch (error) {
      notes.push(`${file} beside it can’t be used here. ${asAppError(error).message}`);
    }
  }
  return notes;
}
