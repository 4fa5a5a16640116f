import { closeSync, openSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../../shared/errors.ts';
import { sizeOf } from '../ir/tensor.ts';
import { decodeFloats } from './dtypes.ts';
import { brokenFileError, missingShardsError, readModelJson, staysInFolder } from './json.ts';
import { bytesOf, readRange, type TensorSource } from './source.ts';

// The format: tfjs-core io/types.ts (WeightsManifestConfig, WeightsManifestEntry) and io_utils.ts (decodeWeights). The
// concatenated shards of a group contain its weights in order. A quantized value q stands for q * scale + min.
const count = z.number().int().nonnegative();
const Quantization = z.discriminatedUnion('dtype', [
  z.object({ dtype: z.enum(['uint8', 'uint16']), min: z.number(), scale: z.number() }),
  z.object({ dtype: z.literal('float16') }),
]);
const Weight = z.object({
  name: z.string().min(1),
  shape: z.array(count),
  // 64-bit and unsigned integers: Keras 3's seeds and optimizers' counters, which are no weights.
  dtype: z.enum(['float32', 'int32', 'bool', 'uint8', 'uint16', 'uint32', 'int64']),
  quantization: Quantization.optional(),
});
const ShardPath = z.string().refine(staysInFolder, 'points outside its folder');
const Model = z.object({
  format: z.string().optional(),
  weightsManifest: z.array(z.object({ paths: z.array(ShardPath).min(1), weights: z.array(Weight) })),
});
type Weight = z.infer<typeof Weight>;

const ELEMENT_BYTES = { float32: 4, int32: 4, bool: 1, uint8: 1, uint16: 2, float16: 2, uint32: 4, int64: 8 } as const;
const elementType = (weight: Weight): keyof typeof ELEMENT_BYTES => weight.quantization?.dtype ?? weight.dtype;

interface Shard {
  path: string;
  begin: number; // bytes from the group's start
  size: number; // bytes
}
interface StoredWeight {
  weight: Weight;
  shards: Shard[]; // of its group
  begin: number; // bytes from the group's start
}

function parseModel(jsonPath: string): z.infer<typeof Model> {
  const file = basename(jsonPath);
  const raw = readModelJson(jsonPath);
  const format = typeof raw === 'object' && raw !== null && 'format' in raw ? raw.format : undefined;
  if (format !== undefined && format !== 'layers-model') {
    throw new AppError('bad-weights', `${file} is a TensorFlow.js ${String(format)}; Twinlens reads layers models only.`, { file, format });
  }
  const parsed = Model.safeParse(raw);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw brokenFileError(file, `${issue.path.join('.') || 'its content'}: ${issue.message}`, { problems: parsed.error.issues });
  }
  return parsed.data;
}

/** Names of the shards that a model.json lists. Throws AppError('bad-weights' | 'not-found'). */
export const shardNames = (jsonPath: string): string[] => [...new Set(parseModel(jsonPath).weightsManifest.flatMap((group) => group.paths))];

function shardSizes(folder: string, paths: string[]): { shards: Shard[]; missing: string[] } {
  const shards: Shard[] = [];
  const missing: string[] = [];
  let begin = 0;
  for (const path of paths) {
    const size = statSync(join(folder, path), { throwIfNoEntry: false })?.size;
    if (size === undefined) missing.push(path);
    else shards.push({ path: join(folder, path), begin, size });
    begin += size ?? 0;
  }
  return { shards, missing };
}

function locateWeights(jsonPath: string): Map<string, StoredWeight> {
  const folder = dirname(jsonPath);
  const stored = new Map<string, StoredWeight>();
  const missing: string[] = [];
  const problems: { shards: string[]; bytes: number; expected: number; tensors: string[] }[] = [];
  for (const { paths, weights } of parseModel(jsonPath).weightsManifest) {
    const found = shardSizes(folder, paths);
    missing.push(...found.missing);
    const bytes = found.shards.reduce((sum, shard) => sum + shard.size, 0);
    const cutOff: string[] = [];
    let begin = 0;
    for (const weight of weights) {
      if (stored.has(weight.name)) throw brokenFileError(basename(jsonPath), `it lists ${weight.name} twice`);
      stored.set(weight.name, { weight, shards: found.shards, begin });
      begin += sizeOf(weight.shape) * ELEMENT_BYTES[elementType(weight)];
      if (begin > bytes) cutOff.push(weight.name);
    }
    if (begin !== bytes && !found.missing.length) problems.push({ shards: paths, bytes, expected: begin, tensors: cutOff });
  }
  if (missing.length) throw missingShardsError(basename(jsonPath), missing);
  const first = problems[0];
  if (first) {
    const which = first.shards.length === 1 ? first.shards[0]! : `${first.shards[0]} … ${first.shards.at(-1)}`;
    const cutOff = first.bytes < first.expected ? `, ${first.tensors.length} tensors are cut off, e.g. ${first.tensors[0]}` : '';
    throw brokenFileError(which, `it has ${first.bytes} bytes instead of the ${first.expected} that ${basename(jsonPath)} lists${cutOff}`, {
      problems,
    });
  }
  return stored;
}

function readStored({ weight, shards, begin }: StoredWeight, descriptor: (path: string) => number): Uint8Array {
  const bytes = new Uint8Array(sizeOf(weight.shape) * ELEMENT_BYTES[elementType(weight)]);
  for (const shard of shards) {
    const from = Math.max(begin, shard.begin);
    const to = Math.min(begin + bytes.length, shard.begin + shard.size);
    if (from >= to) continue;
    const part = bytes.subarray(from - begin, to - begin);
    if (readRange(descriptor(shard.path), from - shard.begin, part) < part.length) {
      throw brokenFileError(basename(shard.path), `it became shorter while it was read (at ${weight.name})`);
    }
  }
  return bytes;
}

function decode(weight: Weight, bytes: Uint8Array): Float32Array {
  const out = new Float32Array(sizeOf(weight.shape));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kind = elementType(weight);
  const { min, scale } = weight.quantization && 'scale' in weight.quantization ? weight.quantization : { min: 0, scale: 1 };
  switch (kind) {
    case 'float32':
      bytesOf(out).set(bytes);
      break;
    case 'float16':
      decodeFloats('F16', bytes, out, 0);
      break;
    case 'uint8':
    case 'bool':
      for (let i = 0; i < out.length; i++) out[i] = view.getUint8(i) * scale + min;
      break;
    case 'uint16':
      for (let i = 0; i < out.length; i++) out[i] = view.getUint16(2 * i, true) * scale + min;
      break;
    case 'int32':
      for (let i = 0; i < out.length; i++) out[i] = view.getInt32(4 * i, true);
      break;
    case 'uint32':
    case 'int64':
      throw new AppError('bad-weights', `${weight.name} is stored as ${kind}, but weights must be numbers with a fraction.`, { name: weight.name });
    default:
      kind satisfies never;
  }
  return out;
}

/**
 * Opens a TensorFlow.js layers model by its model.json and checks that every shard exists and has the size in the manifest.
 * Throws AppError('bad-weights'): details.missing (shards), or details.problems
 * [{shards, bytes, expected, tensors cut off}]; AppError('not-found') without model.json.
 */
export function openTfjsLayers(jsonPath: string): TensorSource {
  const stored = locateWeights(jsonPath);
  const open = new Map<string, number>();
  const descriptor = (path: string): number => {
    const fd = open.get(path) ?? openSync(path, 'r');
    open.set(path, fd);
    return fd;
  };
  return {
    entries: new Map([...stored].map(([name, { weight }]) => [name, weight.shape])),
    metadata: {},
    read: (name) => {
      const found = stored.get(name);
      if (!found) throw new AppError('internal', `${basename(jsonPath)} has no tensor ${name}.`);
      return decode(found.weight, readStored(found, descriptor));
    },
    close: () => {
      for (const fd of open.values()) closeSync(fd);
      open.clear();
    },
  };
}
