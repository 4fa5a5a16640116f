import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { EncoderChoices } from '../../../shared/encoder-choices.ts';
import type { EncoderDraft } from '../../../shared/encoder-inspection.ts';
import { asAppError } from '../../../shared/errors.ts';
import { readOnnxFile } from '../../nn/engines/imported/onnx-file.ts';
import { openImported } from '../../nn/engines/imported/session.ts';
import { throwIfCancelled } from '../async/parallel.ts';
import { describeInput } from './describe-input.ts';
import { externalFiles, type ModelFiles } from './model-files.ts';
import { cosine, pooledOf } from './vectors.ts';

const LARGEST = 1e9; // bytes of a variant that is tried

/** Files of the same network with other numbers, as transformers.js names them. */
const VARIANT = /(?:^|_)(fp16|int8|uint8|quantized)\.onnx$/i;

interface Tried {
  batches: readonly Float32Array[]; // normalised images, [3, S, S] each
  pooled: readonly Float32Array[]; // their features, [C]
  choices: EncoderChoices;
  signal: AbortSignal;
}

/** Sentences: how far models with float16 or int8 numbers beside this one agree with it. */
export async function compareVariants(files: ModelFiles, draft: EncoderDraft, tried: Tried): Promise<string[]> {
  const notes: string[] = [];
  for (const file of files.others.filter((name) => VARIANT.test(name)).slice(0, 4)) {
    throwIfCancelled(tried.signal);
    if (statSync(join(files.folder, file)).size > LARGEST) continue;
    try {
      const lowest = await agreement(join(files.folder, file), { ...draft, file }, files.folder, tried);
      notes.push(`${file} gives features with a cosine of at least ${lowest.toFixed(4)} to those of this file, over ${tried.batches.length} images.`);
    } catch (error) {
      notes.push(`${file} beside it can’t be used here. ${asAppError(error).message}`);
    }
  }
  return notes;
}

/** The lowest cosine of pooled features over the images. */
async function agreement(path: string, draft: EncoderDraft, folder: string, { batches, pooled, choices }: Tried): Promise<number> {
  const model = readOnnxFile(path);
  externalFiles(model);
  const { input } = describeInput(model, { notes: [] }, choices);
  const session = await openImported({ ...draft, input }, folder);
  try {
    let lowest = 1;
    for (const [i, image] of batches.entries()) {
      const features = await session.run(image, draft.defaultSize);
      lowest = Math.min(lowest, cosine(pooledOf(features, draft.channels), pooled[i]!));
    }
    return lowest;
  } finally {
    await session.close();
  }
}
