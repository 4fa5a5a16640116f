import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sizeOf, type TensorMap } from '../../../src/main/nn/ir/tensor.ts';

export interface TensorDescription {
  name: string;
  shape: readonly number[];
  dtype: string;
  quantization?: Record<string, unknown>;
}

/** Writes a layers model: one group whose bytes are cut into shards of at most `shardBytes`. Returns the path of model.json. */
export function writeModel(folder: string, weights: readonly TensorDescription[], bytes: Uint8Array, shardBytes = Infinity): string {
  mkdirSync(folder, { recursive: true });
  const shards = Math.max(1, Math.ceil(bytes.length / shardBytes));
  const paths = Array.from({ length: shards }, (_, i) => `group1-shard${i + 1}of${shards}.bin`);
  const step = shards === 1 ? bytes.length : shardBytes;
  paths.forEach((path, i) => writeFileSync(join(folder, path), bytes.subarray(i * step, (i + 1) * step)));
  const file = join(folder, 'model.json');
  writeFileSync(file, JSON.stringify({ format: 'layers-model', modelTopology: {}, weightsManifest: [{ paths, weights }] }));
  return file;
}

const KERAS_LEAVES: Record<string, string> = { weight: 'gamma', bias: 'beta', running_mean: 'moving_mean', running_var: 'moving_variance' };

/** Keras' name of one of torchvision's MobileNetV2 parameters, from the block structure, independent of src/. */
function kerasName(name: string, kernel: boolean): { name: string; depthwise: boolean } {
  const parts = name.split('.');
  const leaf = parts.pop()!;
  const block = Number(parts[1]);
  const depthwise = kernel && parts.length === 5 && parts[3] === (block === 1 ? '0' : '1');
  const end = kernel ? (depthwise ? 'depthwise_kernel' : 'kernel') : KERAS_LEAVES[leaf]!;
  if (parts.length === 3) {
    const layer = block === 0 ? (kernel ? 'Conv1' : 'bn_Conv1') : kernel ? 'Conv_1' : 'Conv_1_bn';
    return { name: `${layer}/${end}`, depthwise };
  }
  const steps = block === 1 ? ['depthwise', 'project'] : ['expand', 'depthwise', 'project'];
  const step = steps[Math.min(Number(parts[3]), steps.length - 1)]!;
  const prefix = block === 1 ? 'expanded_conv' : `block_${block - 1}`;
  return { name: `${prefix}_${step}${kernel ? '' : '_BN'}/${end}`, depthwise };
}

/** Our MobileNetV2 tensors as Keras stores them: names, HWIO and HWC1 kernels, as one byte array. */
export function toKerasWeights(tensors: TensorMap): { weights: TensorDescription[]; bytes: Uint8Array } {
  const weights: TensorDescription[] = [];
  const blocks: Float32Array[] = [];
  for (const [ours, { shape, data }] of tensors) {
    const kernel = shape.length === 4;
    const { name, depthwise } = kerasName(ours, kernel);
    if (!kernel) {
      weights.push({ name, shape, dtype: 'float32' });
      blocks.push(data);
      continue;
    }
    const [O, I, H, W] = shape as [number, number, number, number];
    const out = new Float32Array(sizeOf(shape));
    for (let o = 0; o < O; o++)
      for (let i = 0; i < I; i++)
        for (let h = 0; h < H; h++)
          for (let w = 0; w < W; w++) {
            // HWIO, or HWC1 with the channel on the third axis.
            out[depthwise ? (h * W + w) * O + o : ((h * W + w) * I + i) * O + o] = data[((o * I + i) * H + h) * W + w]!;
          }
    weights.push({ name, shape: depthwise ? [H, W, O, 1] : [H, W, I, O], dtype: 'float32' });
    blocks.push(out);
  }
  return { weights, bytes: Buffer.concat(blocks.map((block) => new Uint8Array(block.buffer, block.byteOffset, block.byteLength))) };
}
