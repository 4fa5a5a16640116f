import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tensor, TensorMap } from '../../../src/main/nn/ir/tensor.ts';
import { writeSafetensors } from '../../../src/main/nn/weights/safetensors.ts';
import { toKerasWeights, writeModel, type TensorDescription } from './tfjs-fixture.ts';

/** Draws weights files as other programs write them. Names: of PyTorch's wrappers, Keras 2 and 3, Teachable Machine and the hubs. */

/** Every tensor under another name. */
export const renamed = (tensors: TensorMap, rename: (name: string) => string): TensorMap =>
  new Map([...tensors].map(([name, tensor]) => [rename(name), tensor]));

/** A tensor of `n` axes of the given sizes, filled with 1. */
export const ones = (...shape: number[]): Tensor => ({ shape, data: new Float32Array(shape.reduce((n, d) => n * d, 1)).fill(1) });

export const PREFIXES = [
  ...['', '_orig_mod.', 'module.', 'module._orig_mod.', '_orig_mod.module.', '_fsdp_wrapped_module.', 'module.backbone.'],
  ...['net.', 'resnet.', 'trunk.', 'encoder_q.', 'backbone.body.', 'student.', 'model.', '0.', 'feature_extractor.', 'state_dict.model.net.'],
];

const CHILDREN: Record<string, string> = { conv1: '0', bn1: '1', layer1: '4', layer2: '5', layer3: '6', layer4: '7' };

/** A ResNet's name in nn.Sequential(*resnet.children()), whose third and fourth children (ReLU, pooling) have no weights. */
export const sequentialName = (name: string): string => name.replace(/^\w+/, (child) => CHILDREN[child]!);

// Variables of a layer in the order in which Keras 3 numbers them.
const POSITIONS: Record<string, number> = { kernel: 0, depthwise_kernel: 0, gamma: 0, beta: 1, moving_mean: 2, moving_variance: 3 };

/** Names of the same Keras layers: `layer` and `leaf` as Keras 2 has them. */
export const KERAS_NAMES: Record<string, (layer: string, leaf: string) => string> = {
  'Keras 2': (layer, leaf) => `${layer}/${leaf}`,
  'Keras 2 below a Sequential': (layer, leaf) => `sequential/mobilenetv2_0.35_224/${layer}/${leaf}`,
  'Keras 2, second network of a session': (layer, leaf) => `${layer}_1/${leaf}`,
  'Keras 2, 13th network of a session': (layer, leaf) => `model_12/${layer}_12/${leaf}:0`,
  'Keras 3, a depthwise kernel called kernel': (layer, leaf) => `${layer}/${leaf === 'depthwise_kernel' ? 'kernel' : leaf}`,
  'Keras 3, numbered variables': (layer, leaf) => `${layer}/${POSITIONS[leaf]}`,
};

/** Dense layers of Teachable Machine's image models, for three classes. */
export const TEACHABLE_HEAD: [string, number[]][] = [
  ['dense_Dense1/kernel', [1280, 100]],
  ['dense_Dense1/bias', [100]],
  ['dense_Dense2/kernel', [100, 3]],
];

/** Writes a layers model with renamed layers and further weights: a name, a shape, and a data type (float32). Returns model.json. */
export function writeKeras(
  folder: string,
  tensors: TensorMap,
  nameOf: (layer: string, leaf: string) => string,
  more: [name: string, shape: number[], dtype?: string][] = [],
): string {
  const { weights, bytes } = toKerasWeights(tensors);
  const own = weights.map((weight): TensorDescription => {
    const [layer = '', leaf = ''] = weight.name.split('/');
    return { ...weight, name: nameOf(layer, leaf) };
  });
  const extra = more.map(([name, shape, dtype = 'float32']): TensorDescription => ({ name, shape, dtype }));
  const size = extra.reduce((sum, { shape, dtype }) => sum + shape.reduce((n, d) => n * d, 1) * (dtype === 'int64' ? 8 : 4), 0);
  return writeModel(folder, [...own, ...extra], Buffer.concat([bytes, Buffer.alloc(size)]));
}

/** Writes safetensors in `count` shards with their index, as Hugging Face's libraries do. Returns the index. */
export function writeShards(folder: string, tensors: TensorMap, count: number): string {
  mkdirSync(folder, { recursive: true });
  const names = [...tensors.keys()];
  const map: Record<string, string> = {};
  for (let i = 0; i < count; i++) {
    const shard = shardName(i + 1, count);
    const part = names.slice(Math.floor((i * names.length) / count), Math.floor(((i + 1) * names.length) / count));
    writeSafetensors(join(folder, shard), new Map(part.map((name) => [name, tensors.get(name)!])), { format: 'pt' });
    for (const name of part) map[name] = shard;
  }
  const index = join(folder, 'model.safetensors.index.json');
  writeFileSync(index, JSON.stringify({ metadata: { total_size: 1 }, weight_map: map }));
  return index;
}

const five = (n: number): string => String(n).padStart(5, '0');
export const shardName = (number: number, count: number): string => `model-${five(number)}-of-${five(count)}.safetensors`;
