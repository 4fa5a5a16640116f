import type { Backbone, Block } from '../../../src/main/nn/backbones/backbone.ts';
import { dense } from '../../../src/main/nn/functional/dense.ts';
import type { ProgramBuilder } from '../../../src/main/nn/ir/build/builder.ts';
import type { Value } from '../../../src/main/nn/ir/value.ts';

interface Size {
  patch: number; // px
  width: number; // C
  depth: number;
  heads: number;
}

/** A vision transformer with timm's parameter names (DINOv2's architecture): an encoder of tokens [N, 1 + patches, C], the first the class token. */
export function visionTransformer({ patch, width, depth, heads }: Size): Backbone {
  const blocks: Block[] = [
    {
      name: 'patch_embed',
      build: (b, x, p) => patchTokens(b.program, x, p, { patch, width }),
    },
  ];
  for (let i = 0; i < depth; i++) {
    const build: Block['build'] = (b, x, p) => {
      const y = transformerBlock(b.program, x, `${p}blocks.${i}`, heads);
      return i === depth - 1 ? norm(b.program, y, `${p}norm`) : y;
    };
    blocks.push({ name: `blocks.${i}`, build });
  }
  return {
    blocks,
    lastStage: depth,
    detailLayers: [`blocks.${depth - 2}`, 'blocks.0'],
    featureMap: ({ program: b }, tokens) => {
      const [images, count, channels] = tokens.shape as [number, number, number];
      const side = Math.sqrt(count - 1);
      const patches = b.transpose(b.slice(tokens, [1], [1], [count]), [0, 2, 1]); // [N, C, patches]
      const map = b.reshape(patches, [images, channels, side, side]);
      const again = b.transpose(b.reshape(map, patches.shape), [0, 2, 1]);
      return { map, next: b.concat([b.slice(tokens, [1], [0], [1]), again], 1) };
    },
    foreignNames: [],
    modules: /^(patch|block)/,
    recognise: () => null,
  };
}

const param = (b: ProgramBuilder, name: string, shape: readonly number[]): Value => b.param({ name, shape, kind: 'weight' });

/** Images [N, 3, S, S] -> tokens with their positions, [N, 1 + patches, C]. */
function patchTokens(b: ProgramBuilder, x: Value, prefix: string, { patch, width }: Pick<Size, 'patch' | 'width'>): Value {
  const [images, , size] = x.shape as [number, number, number];
  const count = (size / patch) ** 2;
  const classToken = param(b, `${prefix}cls_token`, [1, 1, width]);
  const positions = param(b, `${prefix}pos_embed`, [1, 1 + count, width]);
  const kernel = param(b, `${prefix}patch_embed.proj.weight`, [width, 3, patch, patch]);
  const bias = param(b, `${prefix}patch_embed.proj.bias`, [width]);
  const map = b.conv(x, kernel, { stride: patch, pads: [0, 0, 0, 0], groups: 1 }, bias);
  const patches = b.transpose(b.reshape(map, [images, width, count]), [0, 2, 1]);
  return b.add(b.concat([b.broadcast(classToken, [images, 1, width]), patches], 1), positions);
}

/** Pre-norm attention and MLP, each with layer scale. x [N, T, C]. */
function transformerBlock(b: ProgramBuilder, x: Value, name: string, heads: number): Value {
  const attended = selfAttention(b, norm(b, x, `${name}.norm1`), `${name}.attn`, heads);
  const y = b.add(x, scaled(b, attended, `${name}.ls1`));
  const hidden = b.gelu(linear(b, norm(b, y, `${name}.norm2`), `${name}.mlp.fc1`, 4 * x.shape[2]!));
  return b.add(y, scaled(b, linear(b, hidden, `${name}.mlp.fc2`, x.shape[2]!), `${name}.ls2`));
}

function selfAttention(b: ProgramBuilder, x: Value, name: string, heads: number): Value {
  const width = x.shape[2]!;
  const all = linear(b, x, `${name}.qkv`, 3 * width);
  const [query, key, value] = [0, 1, 2].map((k) => b.slice(all, [2], [k * width], [(k + 1) * width])) as [Value, Value, Value];
  const joined = b.attention(query, key, value, heads);
  return linear(b, joined, `${name}.proj`, width);
}

function linear(b: ProgramBuilder, x: Value, name: string, out: number): Value {
  const [images, tokens, width] = x.shape as [number, number, number];
  const rows = dense(b, b.reshape(x, [images * tokens, width]), param(b, `${name}.weight`, [out, width]), param(b, `${name}.bias`, [out]));
  return b.reshape(rows, [images, tokens, out]);
}

const norm = (b: ProgramBuilder, x: Value, name: string): Value =>
  b.layerNorm(x, param(b, `${name}.weight`, [x.shape[2]!]), param(b, `${name}.bias`, [x.shape[2]!]), 1e-6);

const scaled = (b: ProgramBuilder, x: Value, name: string): Value => b.mul(x, param(b, `${name}.gamma`, [x.shape[2]!]));
