import { join } from 'node:path';
import { existsSync } from 'node:fs';
import { hasPatches } from '../../../shared/backbones.ts';
import { AppError } from '../../../shared/errors.ts';
import type { RunConfig } from '../../../shared/run.ts';
import type { TensorMap } from '../../nn/ir/tensor.ts';
import { specOf } from '../../nn/siamese.ts';
import { isIntact, withChecksum } from '../../nn/weights/checksum.ts';
import { readSafetensors, writeSafetensors } from '../../nn/weights/safetensors.ts';
import { type ParallelOptions, throwIfCancelled } from '../async/parallel.ts';
import { embedFrom } from '../embed/embed.ts';
import { CachedFeatures, partsOf } from '../embed/feature-source.ts';
import { fitBackbone } from '../embed/fit-backbone.ts';
import { type NetworkEngine, openNetworkEngine } from '../engine/network-engine.ts';
import { readModel } from '../model/checkpoint.ts';
import type { EmbeddingNetwork } from '../protocol/embeddings.ts';
import type { CacheFolders, SourceImage } from '../protocol/protocol.ts';
import { initialNetwork } from '../train/start.ts';

/** The tensors that patches were fitted to, beside the rows that they gave. */
const FITTED = 'fitted.safetensors';
const MOST_UNREADABLE = 100; // of the images that patches are fitted to, before it gives up

/** The network of an embedding source, open. */
export interface OpenNetwork {
  engine: NetworkEngine;
  config: RunConfig;
  params: TensorMap;
  hasHead: boolean; // rows are the embedding of the head; else the pooled features
}

/**
 * Opens the network of a source. Patches are fitted to `images`, all of the data set, and stored in `folder`, or read from there if they are.
 * Throws AppError 'bad-weights', 'not-found' (also without images where none are stored) or 'cancelled', 'bad-image' if many images can't be read.
 */
export async function openNetwork(
  network: EmbeddingNetwork,
  folder: string,
  images: readonly SourceImage[],
  { signal, onProgress }: ParallelOptions,
): Promise<OpenNetwork> {
  if (network.kind === 'run') {
    const { model } = network;
    return { engine: await openNetworkEngine(model), config: { ...model.config, augmentation: null }, params: readModel(model), hasHead: true };
  }
  const { encoderFolder, weightsPath } = network;
  const config: RunConfig = { ...network.config, augmentation: null };
  const engine = await openNetworkEngine({ config, encoderFolder });
  const initial = await initialNetwork(config, weightsPath);
  if (!hasPatches(config)) return { engine, config, params: initial, hasHead: false };
  const path = join(folder, FITTED);
  const stored = existsSync(path) ? readSafetensors(path) : null;
  if (stored && isIntact(stored.tensors, stored.metadata)) return { engine, config, params: stored.tensors, hasHead: false };
  if (images.length === 0)
    throw new AppError('not-found', 'The stored embeddings of this data set are missing or damaged. Analyse it again.', { folder });
  const params = await fitToReadable(initial, images, (readable) => fitBackbone(initial, { engine, config, images: readable, signal, onProgress }));
  writeSafetensors(path, params, withChecksum(params, {}));
  return { engine, config, params, hasHead: false };
}

/** Fits without the images that can't be read. */
async function fitToReadable(
  initial: TensorMap,
  images: readonly SourceImage[],
  fit: (images: readonly SourceImage[]) => Promise<TensorMap>,
): Promise<TensorMap> {
  let readable = images;
  for (let failures = 0; ; failures++) {
    try {
      return readable.length > 0 ? await fit(readable) : initial;
    } catch (error) {
      const file = error instanceof AppError && error.code !== 'cancelled' ? error.details['file'] : undefined;
      const rest = readable.filter((image) => image.file !== file);
      if (rest.length === readable.length || failures >= MOST_UNREADABLE) throw error;
      readable = rest;
    }
  }
}

/** Rows of images whose features are cached, [images, d], not scaled. */
export async function rowsOf(
  { engine, config, params, hasHead }: OpenNetwork,
  features: CachedFeatures,
  images: readonly SourceImage[],
  signal: AbortSignal,
): Promise<Float32Array> {
  if (hasHead) return embedFrom(features, engine, specOf(config), 'pooled', params, images, signal);
  const out = new Float32Array(images.length * features.rowLength);
  let at = 0;
  for await (const [, rows] of features.batches(partsOf(images))) {
    throwIfCancelled(signal);
    out.set(rows, at);
    at += rows.length;
  }
  return out;
}

/** The cache of a network's pooled features. */
export const featuresOf = ({ engine, config, params }: OpenNetwork, caches: CacheFolders): CachedFeatures =>
  new CachedFeatures({ engine, config, entry: 'pooled', params, caches });

/** Scales rows [n, d] to length 1; rows of zeros stay. */
export function toUnitLength(rows: Float32Array, d: number): void {
  for (let at = 0; at < rows.length; at += d) {
    let sum = 0;
    for (let i = at; i < at + d; i++) sum += rows[i]! * rows[i]!;
    const scale = sum > 0 ? 1 / Math.sqrt(sum) : 0;
    for (let i = at; i < at + d; i++) rows[i] = rows[i]! * scale;
  }
}
