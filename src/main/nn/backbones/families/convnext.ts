import type { Value } from '../../ir/value.ts';
import { type Backbone, type Block, outputIsMap, type Recognised } from '../backbone.ts';
import type { Builder } from '../builder.ts';
import type { StoredShapes } from '../weight-names.ts';

interface Architecture {
  depths: readonly number[]; // blocks per stage
  widths: readonly number[]; // channels per stage
}

/** Layer scale before training (section A.1 of the paper). */
const LAYER_SCALE = 1e-6;

/** Blocks per stage of the published networks: tiny has the first, the others the second. */
const OTHER_DEPTHS = [3, 3, 27, 3];

/**
 * Liu et al. 2022, "A ConvNet for the 2020s", figure 4, with timm's parameter names. Linear layers are 1x1 convolutions, which onnxruntime
 * computes faster than matrix products on processors with blocked layout.
 */
export function convNeXt(architecture: Architecture): Backbone {
  const { depths, widths } = architecture;
  const blocks: Block[] = [{ name: 'stem', build: (b, x, p) => normChannels(b, b.patches(x, `${p}stem.0`, widths[0]!, 4), `${p}stem.1`) }];
  let lastStage = 0;
  depths.forEach((depth, stage) => {
    if (stage === depths.length - 1) lastStage = blocks.length;
    for (let i = 0; i < depth; i++) {
      const name = `stages.${stage}.blocks.${i}`;
      const build: Block['build'] = (b, x, p) =>
        block(b, stage > 0 && i === 0 ? downsample(b, x, `${p}stages.${stage}.downsample`, widths[stage]!) : x, p + name);
      blocks.push({ name, build });
    }
  });
  return {
    blocks,
    lastStage,
    detailLayers: [`stages.2.blocks.${depths[2]! - 1}`, `stages.1.blocks.${depths[1]! - 1}`], // stride 16 and 8
    featureMap: outputIsMap,
    foreignNames: [],
    modules: /^(stem\.[01]|stages\.\d+\.(downsample|blocks))\./,
    recognise: (stored, name) => recogniseBySize(stored, name, architecture),
  };
}

/** Layer norm over the channels of each position. */
const normChannels = (b: Builder, x: Value, name: string): Value =>
  b.program.transpose(b.layerNorm(b.program.transpose(x, [0, 2, 3, 1]), name), [0, 3, 1, 2]);

/** Halves the sides. */
const downsample = (b: Builder, x: Value, name: string, out: number): Value => b.patches(normChannels(b, x, `${name}.0`), `${name}.1`, out, 2);

/** Depthwise 7x7 -> layer norm -> linear 4 C -> GELU -> linear C with layer scale, and a shortcut. */
function block(b: Builder, x: Value, name: string): Value {
  const width = x.shape[1]!;
  const kernel = b.weight(`${name}.conv_dw.weight`, [width, 1, 7, 7]);
  const bias = b.weight(`${name}.conv_dw.bias`, [width]);
  const mixed = b.program.conv(x, kernel, { stride: 1, pads: [3, 3, 3, 3], groups: width }, bias);
  const hidden = b.program.gelu(b.pointwise(normChannels(b, mixed, `${name}.norm`), `${name}.mlp.fc1`, 4 * width));
  return b.program.add(x, b.pointwise(hidden, `${name}.mlp.fc2`, width, { name: `${name}.gamma`, initialValue: LAYER_SCALE }));
}

/** Recognises a network of this architecture by its depthwise kernels, and its size by blocks and channels. */
function recogniseBySize(stored: StoredShapes, name: string, { depths, widths }: Architecture): Recognised | null {
  const width = stored.get('stages.0.blocks.0.conv_dw.weight')?.shape[0];
  if (width === undefined || !stored.has('stem.0.weight')) return null;
  const found = depths.map((_, stage) => countBlocks(stored, stage));
  if (found.join() === depths.join() && width === widths[0]) return { exact: true, network: name };
  return { exact: false, network: found.join() === OTHER_DEPTHS.join() && width === widths[0] ? 'convnext_small' : 'a ConvNeXt of another size' };
}

const countBlocks = (stored: StoredShapes, stage: number): number =>
  new Set([...stored.keys()].filter((key) => key.startsWith(`stages.${stage}.blocks.`)).map((key) => key.split('.')[3])).size;
