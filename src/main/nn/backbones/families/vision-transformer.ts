import type { Value } from '../../ir/value.ts';
import type { Backbone, Block, Recognised } from '../backbone.ts';
import type { Builder } from '../builder.ts';
import type { StoredShapes } from '../weight-names.ts';

interface Architecture {
  patch: number; // px, the side of a patch
  width: number; // C
  depth: number; // blocks
  heads: number;
  registers: number; // tokens beside the class token that belong to no patch
}

/** Layer scale before training (DINOv2's configuration). */
const LAYER_SCALE = 1e-5;

/** Blocks that scope 'last-stage' trains. */
const LAST_BLOCKS = 2;

/** Blocks whose weights are redrawn together: a transformer has no stages of its own. */
const BLOCKS_PER_STAGE = 4;

/** Networks of this architecture that Twinlens doesn't have, by width and blocks. They are recognised so that errors about their weights can name them. */
const OTHERS: Readonly<Record<string, string>> = { '1024,24': 'dinov2_vitl14', '1536,40': 'dinov2_vitg14' };

/**
 * Vision transformer (Dosovitskiy et al. 2021) with layer scale, as in DINOv2 (Oquab et al. 2023), and its registers (Darcet et al. 2024);
 * timm's parameter names. Blocks output tokens [N, 1 + registers + patches, C]: the class token, the registers, then the patches row by row.
 * The norm after the last block belongs to that block.
 */
export function visionTransformer(architecture: Architecture): Backbone {
  const { width, depth, heads, registers } = architecture;
  const prefix = 1 + registers;
  const blocks: Block[] = [{ name: 'patch_embed', stage: 'patch_embed', build: (b, x, p) => embedPatches(b, x, p, architecture) }];
  for (let i = 0; i < depth; i++) {
    const build: Block['build'] = (b, x, p) => {
      const y = transformerBlock(b, x, `${p}blocks.${i}`, heads);
      return i === depth - 1 ? b.layerNorm(y, `${p}norm`) : y;
    };
    blocks.push({ name: `blocks.${i}`, stage: `blocks ${Math.floor(i / BLOCKS_PER_STAGE)}`, build });
  }
  const featureMap: Backbone['featureMap'] = ({ program: b }, tokens) => {
    const [images, count, channels] = tokens.shape as [number, number, number];
    const side = Math.sqrt(count - prefix);
    const patches = b.transpose(b.slice(tokens, [1], [prefix], [count]), [0, 2, 1]); // [N, C, patches]
    const map = b.reshape(patches, [images, channels, side, side]);
    const again = b.transpose(b.reshape(map, patches.shape), [0, 2, 1]);
    return { map, next: b.concat([b.slice(tokens, [1], [0], [prefix]), again], 1) };
  };
  return {
    blocks,
    lastStage: blocks.length - LAST_BLOCKS,
    // All layers have the same cells. Earlier ones mix less of the other patches into a token.
    detailLayers: [`blocks.${depth - 2}`, `blocks.${Math.floor(depth / 2) - 1}`],
    featureMap,
    classToken(b, x, p, onMap) {
      const read = (normal: Value): Value => {
        if (!onMap) return normal;
        const { map, next } = featureMap(b, normal);
        onMap(map);
        return next;
      };
      const y = transformerBlock(b, x, `${p}blocks.${depth - 1}`, heads, { read, onlyFirst: true });
      return b.program.reshape(b.layerNorm(y, `${p}norm`), [x.shape[0]!, width]);
    },
    foreignNames: [],
    modules: /^(cls_token$|reg_token$|pos_embed$|patch_embed\.proj\.|blocks\.\d+\.(norm[12]|attn|ls[12]|mlp)\.|norm\.)/,
    recognise: (stored, name) => recogniseBySize(stored, name, { ...architecture, width }),
  };
}

/** Images [N, 3, S, S] -> tokens. With registers only patches have positions (timm's `no_embed_class`). */
function embedPatches(b: Builder, x: Value, p: string, { patch, width, registers }: Architecture): Value {
  const [images, , size] = x.shape as [number, number, number];
  if (size % patch !== 0) throw new Error(`Images of ${size} px can't be divided into patches of ${patch} px.`);
  const { program } = b;
  const count = (size / patch) ** 2;
  const token = (name: string, n: number): Value => program.broadcast(b.weight(`${p}${name}`, [1, n, width]), [images, n, width]);
  const classToken = token('cls_token', 1);
  const registerTokens = registers > 0 ? [token('reg_token', registers)] : [];
  const withPosition = registers > 0 ? 0 : 1; // tokens before the patches that have a position
  const positions = b.positions(`${p}pos_embed`, [1, withPosition + count, width], withPosition);
  const map = b.patches(x, `${p}patch_embed.proj`, width, patch);
  const patches = program.transpose(program.reshape(map, [images, width, count]), [0, 2, 1]);
  if (registers > 0) return program.concat([classToken, ...registerTokens, program.add(patches, positions)], 1);
  return program.add(program.concat([classToken, patches], 1), positions);
}

interface BlockOptions {
  /** Receives the normed tokens, and returns those that attention reads. */
  read?: (normal: Value) => Value;
  onlyFirst?: boolean; // computes the first token alone, which attends to all
}

/** Attention and MLP, each behind a layer norm, with layer scale and a shortcut. x [N, T, C] -> [N, T, C], or [N, 1, C] of the first token. */
function transformerBlock(b: Builder, x: Value, name: string, heads: number, { read, onlyFirst = false }: BlockOptions = {}): Value {
  const width = x.shape[2]!;
  const first = (tokens: Value): Value => (onlyFirst ? b.program.slice(tokens, [1], [0], [1]) : tokens);
  const normal = b.layerNorm(x, `${name}.norm1`);
  const tokens = read ? read(normal) : normal;
  const [query, key, value] = b.denseParts([first(tokens), tokens, tokens], `${name}.attn.qkv`, width) as [Value, Value, Value];
  const attended = b.program.attention(query, key, value, heads);
  const y = b.program.add(first(x), b.dense(attended, `${name}.attn.proj`, width, { name: `${name}.ls1.gamma`, initialValue: LAYER_SCALE }));
  const hidden = b.program.gelu(b.dense(b.layerNorm(y, `${name}.norm2`), `${name}.mlp.fc1`, 4 * width));
  return b.program.add(y, b.dense(hidden, `${name}.mlp.fc2`, width, { name: `${name}.ls2.gamma`, initialValue: LAYER_SCALE }));
}

/** Recognises a network of this architecture by its patches and layer scale, and its size by channels, blocks and registers. */
function recogniseBySize(stored: StoredShapes, name: string, { patch, width, depth, registers }: Architecture): Recognised | null {
  const [found, , ...kernel] = stored.get('patch_embed.proj.weight')?.shape ?? [];
  if (found === undefined || !stored.has('blocks.0.attn.qkv.weight')) return null;
  const blocks = new Set([...stored.keys()].filter((key) => key.startsWith('blocks.')).map((key) => key.split('.')[1])).size;
  const foundRegisters = stored.get('reg_token')?.shape[1] ?? 0;
  const isLike = kernel.join() === [patch, patch].join() && stored.has('blocks.0.ls1.gamma');
  if (isLike && found === width && blocks === depth && foundRegisters === registers) return { exact: true, network: name };
  const other = isLike ? OTHERS[[found, blocks].join()] : undefined;
  return { exact: false, network: other && foundRegisters > 0 ? `${other}_reg` : (other ?? 'another vision transformer') };
}
