import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lowerTask } from '../../../src/main/nn/engines/onnx-lower.ts';
import { toOnnx } from '../../../src/main/nn/engines/onnx-model.ts';
import type { TensorMap } from '../../../src/main/nn/ir/tensor.ts';
import { layerNames, layerTask, type SiameseSpec } from '../../../src/main/nn/siamese.ts';
import type { RunEncoder } from '../../../src/shared/imported-encoder.ts';
import { someEncoder } from '../../shared/an-encoder.ts';
import { scratch } from '../../doors/cli/kit.ts';

export const sha256Of = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

/** Writes a network up to its last map as an ONNX file, as a person's encoder: one image at a time, [1, 3, S, S] -> [1, C, h, w]. */
export function exportEncoder(spec: SiameseSpec, params: TensorMap): { encoder: RunEncoder; folder: string } {
  const folder = scratch('encoder');
  const { program, outputs } = layerTask(spec, layerNames(spec.backbone).at(-1)!, 1);
  const [, channels, height, width] = outputs.features.shape as [number, number, number, number];
  const path = join(folder, 'model.onnx');
  writeFileSync(path, toOnnx(lowerTask({ program, outputs: { map: outputs.features } }, params, 'file')));
  const encoder = someEncoder({
    ...{ title: 'Exported', sha256: sha256Of(path), channels, height, width, batch: 'one', defaultSize: spec.size },
    input: { name: 'images', layout: 'NCHW', type: 'float32', size: spec.size, multiple: 1 },
    output: { name: 'map', kind: 'map', layout: 'NCHW', prefixTokens: 0 },
  });
  return { encoder, folder };
}
