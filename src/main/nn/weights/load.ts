import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import { AppError, asAppError } from '../../../shared/errors.ts';
import type { BackboneName } from '../../../shared/backbones.ts';
import type { Flavour, Preprocessing, WeightsInfo } from '../../../shared/run.ts';
import type { ParamSpec, TensorMap } from '../ir/tensor.ts';
import { dataInOihw, matchNames, type StoredTensor } from './names.ts';
import { openSafetensors } from './safetensors.ts';
import { resamplePositions } from './resample-positions.ts';
import { INDEX_SUFFIX, indexOfShard, openShards, shardsOf } from './shards.ts';
import { bytesOf, type TensorSource } from './source.ts';
import { openTfjsLayers, shardNames } from './tfjs-layers.ts';
import { networkOf, problemOf, verifyNames } from './verify.ts';

export const IMAGENET: Preprocessing = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
/** Maps pixels to -1..1, as keras.applications.mobilenet_v2.preprocess_input does. */
export const PLUS_MINUS_ONE: Preprocessing = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] };

const KERAS = { flavour: 'keras', preprocessing: PLUS_MINUS_ONE } as const;
const TORCH = { flavour: 'torch', preprocessing: IMAGENET } as const;

const triple = z.tuple([z.number(), z.number(), z.number()]);
export const PreprocessingSchema = z.object({
  mean: triple,
  std: triple.refine((std) => std.every((s) => s > 0), 'a standard deviation of 0 or less'),
});
export const FlavourSchema = z.enum(['torch', 'keras']);

interface OpenWeights {
  source: TensorSource;
  kind: 'tfjs-layers' | 'safetensors';
}

/** `path`, or the model file in it where it is a folder. */
function modelFile(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) throw new AppError('not-found', `Weights file not found: ${path}.`, { path });
  if (!stats.isDirectory()) return path;
  const inside = ['model.json', 'model.safetensors', `model${INDEX_SUFFIX}`]
    .map((name) => join(path, name))
    .find((file) => statSync(file, { throwIfNoEntry: false })?.isFile());
  if (!inside)
    throw new AppError(
      'bad-weights',
      `${path} contains no model.json, model.safetensors or model${INDEX_SUFFIX}. Choose a folder with one of them, or a .safetensors file.`,
      { path },
    );
  return inside;
}

/** The file that describes a model, by one of its files or its folder: an index for one of its shards. */
function mainFile(path: string): string {
  const chosen = modelFile(path);
  return indexOfShard(chosen) ?? chosen;
}

/** All files of a model, by one of them or its folder; the first is the one to open. Throws AppError as loadWeights does. */
export function weightsFiles(path: string): string[] {
  openWeights(path).source.close(); // refuses other files
  const main = mainFile(path);
  const others = main.toLowerCase().endsWith(INDEX_SUFFIX) ? shardsOf(main) : extname(main).toLowerCase() === '.json' ? shardNames(main) : [];
  return [main, ...others.map((name) => join(dirname(main), name))];
}

function openWeights(path: string): OpenWeights {
  const file = mainFile(path);
  if (file.toLowerCase().endsWith(INDEX_SUFFIX)) return { source: openShards(file), kind: 'safetensors' };
  switch (extname(file).toLowerCase()) {
    case '.safetensors':
      return { source: openSafetensors(file), kind: 'safetensors' };
    case '.json':
      return { source: openTfjsLayers(file), kind: 'tfjs-layers' };
    case '.pth':
    case '.pt':
    case '.bin':
    case '.ckpt':
      throw new AppError(
        'bad-weights',
        `${basename(file)} is a PyTorch checkpoint, which can run code when it is opened. Save it as .safetensors and choose that file.`,
        { path },
      );
    default:
      throw new AppError(
        'bad-weights',
        `Twinlens can't read ${basename(file)}. Choose the model.json of a TF.js layers model, or a .safetensors file.`,
        { path },
      );
  }
}

/**
 * Checks by its header alone that a file has all tensors of a backbone, in their shapes. Throws AppError as loadWeights does, except for
 * values that are not finite.
 */
export function checkWeightsFile(path: string, { backbone, params }: Pick<LoadOptions, 'backbone' | 'params'>): void {
  const { source } = openWeights(path);
  try {
    matchParams(source, { backbone, params });
  } finally {
    source.close();
  }
}

/**
 * The network that a file seems to be for, by its header: a backbone, a description of a related network, or null; and the licence in it. Throws
 * AppError 'bad-weights' or 'not-found'.
 */
export function weightsHeader(path: string): { network: string | null; licence: string | null } {
  const { source } = openWeights(path);
  try {
    const network = source.metadata['twinlens.backbone'] ?? networkOf(matchNames(source.entries).found, source.entries);
    return { network, licence: fromMetadata(source.metadata).licence ?? null };
  } finally {
    source.close();
  }
}

/** The tensor of each parameter. Throws AppError 'bad-weights'. */
function matchParams(source: TensorSource, { backbone, params }: Pick<LoadOptions, 'backbone' | 'params'>): ReturnType<typeof matchNames> {
  // Position embeddings may have another shape in the file, so they don't tell networks apart.
  const wanted = new Map(params.flatMap(({ name, shape, positions }) => (positions ? [] : [[name, shape] as const])));
  const matched = matchNames(source.entries, wanted);
  verifyNames(matched, { backbone, params, entries: source.entries, declared: source.metadata['twinlens.backbone'] });
  return matched;
}

/** Reads tensors one at a time in OIHW and yields to the event loop after every million values. */
async function readTensors(
  source: TensorSource,
  stored: Iterable<readonly [name: string, found: StoredTensor]>,
  onTensor: (name: string, data: Float32Array, found: StoredTensor) => void,
  signal?: AbortSignal,
): Promise<void> {
  let sinceYield = 0;
  for (const [name, found] of stored) {
    if (signal?.aborted) throw new AppError('cancelled', 'Cancelled.');
    const data = dataInOihw(source.read(found.from), source.entries.get(found.from)!, found.axes);
    onTensor(name, data, found);
    if ((sinceYield += data.length) > 1 << 20) {
      sinceYield = 0;
      await setImmediate(); // so that a cancellation is received
    }
  }
}

function fromMetadata(metadata: Readonly<Record<string, string>>): { flavour?: Flavour; preprocessing?: Preprocessing; licence?: string } {
  const flavour = metadata['twinlens.flavour'];
  const preprocessing = metadata['twinlens.preprocessing'];
  const licence = metadata['twinlens.licence'];
  try {
    return {
      ...(flavour === undefined ? {} : { flavour: FlavourSchema.parse(flavour) }),
      ...(preprocessing === undefined ? {} : { preprocessing: PreprocessingSchema.parse(JSON.parse(preprocessing)) }),
      ...(licence === undefined ? {} : { licence }),
    };
  } catch (error) {
    throw new AppError(
      'bad-weights',
      'The Twinlens metadata in this weights file is invalid. Export the weights again.',
      { flavour, preprocessing },
      error,
    );
  }
}

export interface LoadOptions {
  backbone: BackboneName;
  params: readonly ParamSpec[];
  /** The catalogue's facts about the weights. The file's own twinlens.* metadata take precedence. */
  entry?: { id: string; licence: string | null; flavour: Flavour; preprocessing: Preprocessing } | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Loads a backbone's weights from the folder or model.json of a TF.js layers model (flavour 'keras', input -1..1) or from
 * a .safetensors file or the index of its shards (flavour 'torch', ImageNet's mean and deviation). Names are translated to the backbone's own and
 * kernels to OIHW; classifiers are ignored. Loads every parameter or throws AppError: 'bad-weights' with
 * {missing, shape, unexpected} or {broken: [{name, problem}]}, 'not-found', 'cancelled'.
 * info.sha256 covers the tensors' little-endian float32 bytes in the order of `params`, before positions are resampled.
 */
export async function loadWeights(path: string, options: LoadOptions): Promise<{ tensors: TensorMap; info: WeightsInfo }> {
  const { backbone, params, entry, signal } = options;
  const { source, kind } = openWeights(path);
  try {
    const stated = fromMetadata(source.metadata);
    const matched = matchParams(source, { backbone, params });
    const tensors: TensorMap = new Map();
    const broken: { name: string; problem: string }[] = [];
    const hash = createHash('sha256');
    const inOrder = params.map(({ name }) => [name, matched.found.get(name)!] as const);
    const specs = new Map(params.map((param) => [param.name, param]));
    await readTensors(
      source,
      inOrder,
      (name, data, { shape }) => {
        const problem = problemOf(name, data);
        if (problem) broken.push({ name, problem });
        hash.update(bytesOf(data));
        const { positions, shape: expected } = specs.get(name)!;
        const fitted = positions ? resamplePositions(data, shape, positions.prefix, Math.sqrt(expected[1]! - positions.prefix)) : data;
        tensors.set(name, { shape: expected, data: fitted });
      },
      signal,
    );
    if (broken[0]) {
      const message = `These weights are broken: ${broken.length} of ${params.length} tensors can't be used, e.g. ${broken[0].name}: ${broken[0].problem}.`;
      throw new AppError('bad-weights', `${message} Download or export them again.`, { broken });
    }
    // Padding and preprocessing depend on the program that trained the weights. Tensor names identify it in either format.
    const byTrainer = kind === 'tfjs-layers' || matched.program === 'keras' ? KERAS : TORCH;
    const info: WeightsInfo = {
      source: entry?.id ?? path,
      sha256: hash.digest('hex'),
      flavour: stated.flavour ?? entry?.flavour ?? byTrainer.flavour,
      preprocessing: stated.preprocessing ?? entry?.preprocessing ?? byTrainer.preprocessing,
      licence: stated.licence ?? entry?.licence ?? null,
    };
    return { tensors, info };
  } catch (error) {
    throw asAppError(error);
  } finally {
    source.close();
  }
}

/**
 * SHA-256 of a file's weights, independent of format, shards and order: over the little-endian float32 bytes of the
 * backbone's tensors, kernels in OIHW, sorted by the backbone's own names (code units). Throws as loadWeights for a broken file.
 */
export async function tensorsSha256(path: string, signal?: AbortSignal): Promise<string> {
  const { source } = openWeights(path);
  try {
    const hash = createHash('sha256');
    const sorted = [...matchNames(source.entries).found].sort(([a], [b]) => (a < b ? -1 : 1));
    await readTensors(source, sorted, (_, data) => void hash.update(bytesOf(data)), signal);
    return hash.digest('hex');
  } catch (error) {
    throw asAppError(error);
  } finally {
    source.close();
  }
}
