import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import onnxProto from 'onnx-proto';
import * as ort from 'onnxruntime-node';
import { expect, onTestFinished, test } from 'vitest';
import { channelBlock } from '../../src/main/nn/engines/onnx-blocks.ts';
import { toOnnx } from '../../src/main/nn/engines/onnx-model.ts';
import { lowerGradients } from '../../src/main/nn/engines/onnx-lower.ts';
import type { TensorMap } from '../../src/main/nn/ir/tensor.ts';
import { contrastive } from '../../src/main/nn/losses/contrastive.ts';
import { siameseParams, type SiameseSpec, trainingTask } from '../../src/main/nn/siamese.ts';
import type { BackboneName } from '../../src/shared/backbones.ts';
import { filledTensors } from './reference.ts';

const PAIRS = 8;

const specOf = (backbone: BackboneName): SiameseSpec => ({ backbone, flavour: 'torch', size: 32, dim: 2 });

/** A step's graph outputs, in the order in which onnxruntime's optimized graph computes them. */
async function outputOrder(backbone: BackboneName, batchNorm: 'frozen' | 'batch', block: number, params: TensorMap): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'twinlens-order-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  const path = join(folder, 'model.onnx');
  const task = trainingTask(
    specOf(backbone),
    { scope: 'all', batchNorm, loss: contrastive, margin: 2, optimizer: { name: 'sgd', weightDecay: 0, clipNorm: 0 } },
    PAIRS,
  );
  const program = lowerGradients(task, params, 'cpu', block);
  const options = { executionProviders: ['cpu'], graphOptimizationLevel: 'all', logSeverityLevel: 4, optimizedModelFilePath: path } as const;
  await (await ort.InferenceSession.create(toOnnx(program), options)).release();
  const { node, output } = onnxProto.onnx.ModelProto.decode(readFileSync(path)).graph!;
  const wanted = new Set(output!.map(({ name }) => name!));
  const read = new Set(node!.flatMap((n) => n.input!));
  return node!.filter((n) => n.output!.every((name) => !read.has(name))).flatMap((n) => n.output!.filter((name) => wanted.has(name)));
}

// With the first layer's gradient first, the gradients of all layer outputs and all activation masks would stay in memory.
test.each([
  ['compact', 'batch'],
  ['mobilenet_v2', 'frozen'],
  ['mobilenet_v2', 'batch'],
  ['resnet50', 'frozen'],
  ['resnet50', 'batch'],
] as const)(
  'gradients of %s, %s batch norm, are computed from the last layer to the first, row-major and in every blocked layout',
  async (backbone, batchNorm) => {
    const layers = trainableKernels(backbone);
    const blocks = (await channelBlock()) === 0 ? [0] : [0, 8, 16]; // only optimized, not run: also the blocks of other processors
    const params = filledTensors(siameseParams(specOf(backbone)));
    for (const block of blocks) {
      const layerOrder = (await outputOrder(backbone, batchNorm, block, params)).flatMap((name) => {
        const layer = layers.indexOf(name.replace('gradient:', ''));
        return layer < 0 ? [] : [layer];
      });
      expect(layerOrder.length, `blocks of ${block}`).toBeGreaterThan(2);
      expect(layerOrder, `blocks of ${block}`).toEqual(layerOrder.toSorted((a, b) => b - a));
    }
  },
);

/** Kernels of the backbone's convolutions from the first layer to the last. */
const trainableKernels = (backbone: BackboneName): string[] =>
  siameseParams(specOf(backbone)).flatMap(({ name, shape }) => (shape.length === 4 ? [name] : []));
