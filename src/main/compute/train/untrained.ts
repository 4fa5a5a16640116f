import { unpackPairs } from '../../domain/pairs/packed.ts';
import { entryShape, pooledTask, specOf } from '../../nn/siamese.ts';
import { freeArray, sizeOf, type TensorMap } from '../../nn/ir/tensor.ts';
import { throwIfCancelled } from '../async/parallel.ts';
import { CachedFeatures, openSource, partsOf } from '../embed/feature-source.ts';
import { type NetworkEngine, openNetworkEngine } from '../engine/network-engine.ts';
import { FORWARD_BATCH } from '../images/batches.ts';
import { compileForward } from '../../nn/engines/forward.ts';
import { DatasetImages } from '../images/dataset-images.ts';
import { readModel } from '../model/checkpoint.ts';
import type { CallContext, SourceImage, UntrainedRequest } from '../protocol/protocol.ts';
import { initialNetwork } from './start.ts';

type Context = Pick<CallContext<'untrainedDistances'>, 'signal' | 'progress'>;

interface Untrained {
  request: UntrainedRequest;
  engine: NetworkEngine;
  params: TensorMap;
  images: readonly SourceImage[];
  context: Context;
}

/**
 * Distances [pairs] by the network before training: 1 - cosine of the backbone's pooled features; 0..2. The features are
 * read from the cache that head trainings use, except those of a drawn backbone that was trained: nothing else needs them.
 */
export async function untrainedDistances(request: UntrainedRequest, context: Context): Promise<Float64Array> {
  const { config } = request.model;
  const engine = await openNetworkEngine(request.model);
  const isFrozen = config.scope === 'head';
  const params = isFrozen ? readModel(request.model) : await initialNetwork(config, request.weightsPath);
  const images = new DatasetImages(request.images, request.root).all();
  const untrained = { request, engine, params, images, context };
  const features = isFrozen || config.weights ? await cachedFeatures(untrained) : await computedFeatures(untrained);
  normaliseRows(features, images.length);
  const rowOf = new Map(Array.from(request.images.ids, (id, row) => [id, row]));
  const length = features.length / Math.max(1, images.length);
  return Float64Array.from(unpackPairs(request.pairs), ({ a, b }) => {
    const [x, y] = [rowOf.get(a)! * length, rowOf.get(b)! * length];
    let cosine = 0;
    for (let k = 0; k < length; k++) cosine += features[x + k] * features[y + k];
    return 1 - cosine;
  });
}

/** Pooled features [images, C], from the cache. */
async function cachedFeatures({ request, engine, params, images, context: { signal, progress } }: Untrained): Promise<Float32Array> {
  const { model, caches } = request;
  const source = new CachedFeatures({ engine, config: { ...model.config, augmentation: null }, entry: 'pooled', params, caches });
  try {
    await source.prepare(images, { signal, onProgress: (done, total) => progress({ done, total }) });
    const features = new Float32Array(images.length * source.rowLength);
    let at = 0;
    for await (const [, rows] of source.batches(partsOf(images))) {
      throwIfCancelled(signal);
      features.set(rows, at);
      at += rows.length;
    }
    return features;
  } finally {
    await source.close();
  }
}

/** Pooled features [images, C], not cached. */
async function computedFeatures({ request, engine, params, images, context: { signal, progress } }: Untrained): Promise<Float32Array> {
  const config = { ...request.model.config, augmentation: null };
  const length = sizeOf(entryShape(specOf(config), 'pooled'));
  const source = openSource({ engine, config, entry: 'image', params, caches: request.caches });
  const exe = await compileForward(engine, (n) => pooledTask(specOf(config), 'image', n), FORWARD_BATCH, params);
  try {
    await source.prepare(images, { signal });
    const features = new Float32Array(images.length * length);
    let done = 0;
    for await (const [part, rows] of source.batches(partsOf(images))) {
      throwIfCancelled(signal);
      const { features: batch } = await exe.run({ images: rows });
      freeArray(rows);
      features.set(batch!, done * length);
      progress({ done: (done += part.images.length), total: images.length });
    }
    return features;
  } finally {
    await exe.dispose();
    await source.close();
  }
}

/** Scales each of `rows` rows to length 1; rows of zeros stay. */
function normaliseRows(features: Float32Array, rows: number): void {
  const length = features.length / Math.max(1, rows);
  for (let at = 0; at < features.length; at += length) {
    const row = features.subarray(at, at + length);
    const norm = Math.sqrt(row.reduce((sum, x) => sum + x * x, 0));
    if (norm > 0) for (let k = 0; k < length; k++) row[k] /= norm;
  }
}
