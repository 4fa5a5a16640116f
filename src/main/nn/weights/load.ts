import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import { AppError, asAppError } from '../../../shared/errors.ts';
import type { BackboneName } from '../../../shared/backbones.ts';
import type { Flavour, Preprocessing, WeightsInfo } from '../../../shared/run.ts';
import type { ParamSpec, TensorMap } from '../ir/tensor.ts';
import { dataInOihw, matchNames, type StoredTensor } from './names.ts';
import { openSafetensors } from './safetensors.ts';
import { bytesOf, type TensorSource } from './source.ts';
import { openTfjsLayers } from './tfjs-layers.ts';
import { problemOf, verifyNames } from './verify.ts';

export const IMAGENET: Preprocessing = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
/** Pixels to -1..1, as keras.applications.mobilenet_v2.preprocess_input does. */
export const PLUS_MINUS_ONE: Preprocessing = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] };

const KERAS = { flavour: 'keras', preprocessing: PLUS_MINUS_ONE } as const;
const TORCH = { flavour: 'torch', preprocessing: IMAGENET } as const;

const triple = z.tuple([z.number(), z.number(), z.number()]);
export const PreprocessingSchema = z.object({
  mean: triple,
  std: triple.refine((std) => std.every((s) => s > 0), 'a standard deviation of 0 or less'),
});
export const FlavourSchema = z.enum(['torch', 'keras']);

interface Opened {
  source: TensorSource;
  kind: 'tfjs-layers' | 'safetensors';
}

/** The file that holds a model, given its folder or itself. */
function modelFile(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) throw new AppError('not-found', `There are no weights at ${path}.`, { path });
  if (!stats.isDirectory()) return path;
  const inside = ['model.json', 'model.safetensors']
    .map((name) => join(path, name))
    .find((file) => statSync(file, { throwIfNoEntry: false })?.isFile());
  if (!inside)
    throw new AppError(
      'bad-weights',
      `${path} holds no model.json: give the folder of a TF.js layers model, its model.json, or a .safetensors file.`,
      { path },
    );
  return inside;
}

function openWeights(path: string): Opened {
  const file = modelFile(path);
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
        `${basename(file)} looks like a PyTorch checkpoint, which can run code when it is opened; save it as .safetensors and give that.`,
        { path },
      );
    default:
      throw new AppError(
        'bad-weights',
        `Twinlens can't tell what ${basename(file)} is: give a TF.js layers model's model.json or a .safetensors file.`,
        { path },
      );
  }
}

async function readFound(
  source: TensorSource,
  wanted: Iterable<readonly [name: string, found: StoredTensor]>,
  onTensor: (name: string, data: Float32Array, found: StoredTensor) => void,
  signal?: AbortSignal,
): Promise<void> {
  let sinceYield = 0;
  for (const [name, found] of wanted) {
    if (signal?.aborted) throw new AppError('cancelled', 'Cancelled.');
    const data = dataInOihw(source.read(found.from), source.entries.get(found.from)!, found.axes);
    onTensor(name, data, found);
    if ((sinceYield += data.length) > 1 << 20) {
      sinceYield = 0;
      await setImmediate(); // lets a cancel arrive
    }
  }
}

/** What Twinlens writes into the metadata of the safetensors files it makes, so that loadWeights needs nothing else. */
export function twinlensMetadata(about: {
  backbone: BackboneName;
  flavour: Flavour;
  preprocessing: Preprocessing;
  licence?: string | null;
}): Record<string, string> {
  return {
    'twinlens.backbone': about.backbone,
    'twinlens.flavour': about.flavour,
    'twinlens.preprocessing': JSON.stringify(about.preprocessing),
    ...(about.licence ? { 'twinlens.licence': about.licence } : {}),
  };
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
    const said = { flavour, preprocessing };
    throw new AppError(
      'bad-weights',
      'These weights say they are from Twinlens, but what they say of their preprocessing makes no sense. Export them again.',
      said,
      error,
    );
  }
}

export interface LoadOptions {
  backbone: BackboneName;
  params: readonly ParamSpec[];
  /** What the catalogue knows of the weights; the file's own twinlens.* metadata win over it. */
  entry?: { id: string; licence: string; flavour: Flavour; preprocessing: Preprocessing } | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Loads a backbone's weights from the folder or model.json of a TF.js layers model (flavour 'keras', input -1..1) or from
 * a .safetensors file (flavour 'torch', ImageNet's mean and deviation). Names and layouts become ours (torchvision's,
 * [out, in/groups, kh, kw]); classifiers are left aside. All or nothing: throws AppError('bad-weights') with
 * {missing, shape, unexpected} or {broken: [{name, problem}]}; 'not-found'; 'cancelled'.
 * info.sha256 is over the tensors' little-endian float32 bytes in the order of `params`.
 */
export async function loadWeights(path: string, options: LoadOptions): Promise<{ tensors: TensorMap; info: WeightsInfo }> {
  const { backbone, params, entry, signal } = options;
  const { source, kind } = openWeights(path);
  try {
    const said = fromMetadata(source.metadata);
    const matched = matchNames(source.entries, new Set(params.map(({ name }) => name)));
    verifyNames(matched, backbone, params, source.metadata['twinlens.backbone']);

    const tensors: TensorMap = new Map();
    const broken: { name: string; problem: string }[] = [];
    const hash = createHash('sha256');
    const inOrder = params.map(({ name }) => [name, matched.found.get(name)!] as const);
    await readFound(
      source,
      inOrder,
      (name, data, { shape }) => {
        const problem = problemOf(name, data);
        if (problem) broken.push({ name, problem });
        hash.update(bytesOf(data));
        tensors.set(name, { shape, data });
      },
      signal,
    );
    if (broken[0]) {
      const message = `These weights are broken: ${broken.length} of ${params.length} tensors can't be used, e.g. ${broken[0].name}: ${broken[0].problem}.`;
      throw new AppError('bad-weights', `${message} Download or export them again.`, { broken });
    }
    // Who trained the weights, and so how they pad and what they expect, shows in their names whatever file they are in.
    const byMaker = kind === 'tfjs-layers' || matched.program === 'keras' ? KERAS : TORCH;
    const info: WeightsInfo = {
      source: entry?.id ?? path,
      sha256: hash.digest('hex'),
      flavour: said.flavour ?? entry?.flavour ?? byMaker.flavour,
      preprocessing: said.preprocessing ?? entry?.preprocessing ?? byMaker.preprocessing,
      licence: said.licence ?? entry?.licence ?? null,
    };
    return { tensors, info };
  } catch (error) {
    throw asAppError(error);
  } finally {
    source.close();
  }
}

/**
 * SHA-256 of what a file means, whatever its format, shards or order: over the little-endian float32 bytes of the
 * backbone's tensors in our layout, sorted by our names (code units). Throws as loadWeights for a broken file.
 */
export async function tensorsSha256(path: string, signal?: AbortSignal): Promise<string> {
  const { source } = openWeights(path);
  try {
    const hash = createHash('sha256');
    const sorted = [...matchNames(source.entries).found].sort(([a], [b]) => (a < b ? -1 : 1));
    await readFound(source, sorted, (_, data) => void hash.update(bytesOf(data)), signal);
    return hash.digest('hex');
  } catch (error) {
    throw asAppError(error);
  } finally {
    source.close();
  }
}
