import { writeFileAtomically } from '../../foundation/files.ts';
import { writeSafetensors } from '../../nn/weights/safetensors.ts';
import { twinlensMetadata } from '../../nn/weights/metadata.ts';
import { toOnnx } from '../../nn/engines/onnx-model.ts';
import { lowerTask } from '../../nn/engines/onnx-lower.ts';
import { layerNames, layerTask, specOf } from '../../nn/siamese.ts';
import { readModel } from './checkpoint.ts';
import type { ComputeCalls } from '../protocol/protocol.ts';

/**
 * Writes a trained network to one file: safetensors with all tensors, or ONNX with the input `images` [1, 3, S, S]
 * (normalised) and the outputs `embedding` [1, d] and `features` of the last layer [1, C, h, w]. `card` becomes the file's
 * metadata.
 */
export async function exportModel({ model, format, out, card }: ComputeCalls['exportModel']['args']): Promise<null> {
  const { config } = model;
  const params = readModel(model);
  if (format === 'safetensors') {
    writeSafetensors(out, params, {
      ...card,
      ...twinlensMetadata({ backbone: config.backbone, flavour: config.flavour, preprocessing: config.preprocessing }),
    });
    return null;
  }
  const program = lowerTask(layerTask(specOf(config), layerNames(config.backbone, config.beside).at(-1)!, 1), params, 'file');
  await writeFileAtomically(out, toOnnx(program, card));
  return null;
}
