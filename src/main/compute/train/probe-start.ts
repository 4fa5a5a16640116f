import { hasPatches } from '../../../shared/backbones.ts';
import { AppError } from '../../../shared/errors.ts';
import { expectedDistance } from '../../../shared/losses.ts';
import { randomFor } from '../../../shared/random.ts';
import type { RunConfig } from '../../../shared/run.ts';
import type { NetworkEngine } from '../engine/network-engine.ts';
import { headFromProbe, MAX_CLASSES, probeHead } from '../../nn/head-start.ts';
import { fitProbe, PENALTY_OF_PATCHES } from '../../nn/probe.ts';
import { entryOf, pooledTask, specOf } from '../../nn/siamese.ts';
import { joinArrays, type TensorMap } from '../../nn/ir/tensor.ts';
import { FORWARD_BATCH } from '../images/batches.ts';
import { compileForward } from '../../nn/engines/forward.ts';
import { type FeatureSource, partsOf } from '../embed/feature-source.ts';
import type { PairCandidate } from '../../domain/pairs/contents.ts';
import { throwIfCancelled } from '../async/parallel.ts';
import type { SourceImage } from '../protocol/protocol.ts';
import type { DatasetImages } from '../images/dataset-images.ts';

/** Largest number of images for the probe that a head starts from. The cost grows with its square, and training sees all images afterwards. */
const START_IMAGES = 1000;
/** Largest images × classes × features of a probe that is the head: about 20 s on one core, 10,000 images of 10 classes with 1,280 features. */
const PROBE_WORK = 1.28e8;

/** The number of images that a probe head is fitted to: all, or as many as PROBE_WORK allows, at least START_IMAGES. `shape`: of its weights [K, C]. */
const imagesFor = ([classes, features]: readonly number[]): number => Math.max(START_IMAGES, Math.floor(PROBE_WORK / (classes! * features!)));

export interface ProbeStart {
  engine: NetworkEngine;
  config: RunConfig;
  source: FeatureSource;
  params: TensorMap; // of the whole network, initial or loaded
  trainImages: readonly PairCandidate[];
  images: DatasetImages;
  signal: AbortSignal;
}

/**
 * The head's initial tensors, from a linear probe of the training images' features (no other images, no augmentation). Of a head that is a
 * probe: its tensors. Of other heads: empty if there are fewer than 2 or more than MAX_CLASSES classes. Throws AppError 'bad-dataset' if a
 * probe has fewer than 2 classes.
 */
export async function probeStart({ engine, config, source, params, trainImages, images: all, signal }: ProbeStart): Promise<TensorMap> {
  const isProbe = config.loss === 'probe';
  const random = randomFor(config.seed, 'probe');
  const images = random
    .shuffle([...trainImages].sort((a, b) => a.id - b.id))
    .slice(0, isProbe ? imagesFor(params.get('probe.weight')!.shape) : START_IMAGES);
  const classes = [...new Set(images.map((i) => i.className))].sort();
  if (isProbe && classes.length < 2) throw new AppError('bad-dataset', 'A linear probe needs training images of at least two classes.');
  if (classes.length < 2 || (!isProbe && classes.length > MAX_CLASSES)) return new Map();
  const rows = await computePooledFeatures(
    { engine, config, source, params, signal },
    images.map((i) => all.source(i.id)),
  );
  const pause = async (): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve)); // so that a cancellation is received
    throwIfCancelled(signal);
  };
  const penalty = hasPatches(config) ? PENALTY_OF_PATCHES : undefined;
  const probe = await fitProbe(rows, images.length, targetsOf(images, classes), {
    pause,
    heldOut: !isProbe,
    ...(penalty !== undefined && { penalty }),
  });
  if (isProbe) return probeHead(params, probe, rows);
  return headFromProbe(params, probe, expectedDistance(config), random, { unit: config.embedding === 'unit' });
}

/** [n, K]: 1 if an image belongs to a class, else 0. Content that occurs in several classes belongs to each, as in pairs. */
function targetsOf(images: readonly PairCandidate[], classes: readonly string[]): Uint8Array {
  const classesOf = new Map<string, Set<string>>();
  for (const { content, className } of images) classesOf.set(content, (classesOf.get(content) ?? new Set()).add(className));
  return Uint8Array.from(images.flatMap(({ content }) => classes.map((name) => Number(classesOf.get(content)!.has(name)))));
}

/** The head's inputs [n, C]: pooled backbone features. */
async function computePooledFeatures(
  { engine, config, source, params, signal }: Pick<ProbeStart, 'engine' | 'config' | 'source' | 'params' | 'signal'>,
  images: readonly SourceImage[],
): Promise<Float32Array> {
  const entry = entryOf[config.scope];
  const exe = entry === 'pooled' ? null : await compileForward(engine, (n) => pooledTask(specOf(config), entry, n), FORWARD_BATCH, params);
  try {
    const parts: Float32Array[] = [];
    for await (const [, rows] of source.batches(partsOf(images))) {
      throwIfCancelled(signal);
      parts.push(exe ? (await exe.run({ images: rows })).features! : rows);
    }
    return joinArrays(parts);
  } finally {
    await exe?.dispose();
  }
}
