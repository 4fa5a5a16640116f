import { hasPatches } from '../../../shared/backbones.ts';
import { randomFor } from '../../../shared/random.ts';
import type { RunConfig } from '../../../shared/run.ts';
import { PatchSample, pixelTensors, featureScales, resizePixels } from '../../nn/fit-patches.ts';
import { PATCH_SIDE } from '../../nn/backbones/patches.ts';
import { PATCHES_PREFIX } from '../../nn/backbones/side-by-side.ts';
import type { NetworkEngine } from '../engine/network-engine.ts';
import { compileForward } from '../../nn/engines/forward.ts';
import { freeArray, type TensorMap } from '../../nn/ir/tensor.ts';
import { BACKBONE_PREFIX, entryShape, featuresTask, specOf } from '../../nn/siamese.ts';
import { type ParallelOptions, throwIfCancelled } from '../async/parallel.ts';
import { prefetch } from '../async/prefetch.ts';
import { chunks, FORWARD_BATCH } from '../images/batches.ts';
import { openReader } from '../images/reading/reader.ts';
import type { SourceImage } from '../protocol/protocol.ts';

/** Images that a backbone is fitted to. More take longer and hardly change whitening, means and deviations. */
const IMAGES = 500;

export interface FitRequest extends ParallelOptions {
  engine: NetworkEngine;
  config: RunConfig;
  images: readonly SourceImage[]; // the training images
}

/**
 * All tensors of a network whose backbone is fitted to training images, from those of an untrained network. Others are returned as they are.
 * The same images, seed and settings give the same tensors. Throws AppError 'bad-image' or 'cancelled'.
 */
export async function fitBackbone(untrained: TensorMap, { engine, config, images: all, signal, onProgress }: FitRequest): Promise<TensorMap> {
  if (!hasPatches(config)) return untrained;
  const params = new Map(untrained);
  const { size, seed, preprocessing, resampling, sampleBits } = config;
  const byContent = [...new Map(all.map((image) => [image.sha256, image])).values()].sort((a, b) => (a.sha256 < b.sha256 ? -1 : 1));
  const images = randomFor(seed, 'fitted images').shuffle(byContent).slice(0, IMAGES);
  const reader = openReader({ size, preprocessing, resampling, sampleBits, augmentation: null, cache: null }, images.length);
  const read = (part: readonly SourceImage[]): Promise<Float32Array> => reader.ask('decode', { images: part }, { signal });
  const put = (tensors: TensorMap): void => tensors.forEach((tensor, name) => params.set(prefix + name, tensor));
  const prefix = config.beside === null ? BACKBONE_PREFIX : BACKBONE_PREFIX + PATCHES_PREFIX;
  const side = config.beside === null ? size : PATCH_SIDE;
  let done = 0;
  try {
    const sample = new PatchSample({ images: images.length, size: side, seed });
    put(pixelTensors(preprocessing));
    for await (const [part, rows] of prefetch(chunks(images, FORWARD_BATCH), read)) {
      throwIfCancelled(signal);
      part.forEach(({ sha256 }, i) =>
        sample.add(resizePixels(toPixels(rows.subarray(i * 3 * size ** 2, (i + 1) * 3 * size ** 2), preprocessing), size, side), sha256),
      );
      freeArray(rows);
      done += part.length;
      onProgress?.(done, 2 * images.length);
    }
    put(sample.fit());
    const spec = specOf(config);
    const length = entryShape(spec, 'pooled')[0]!;
    const features = new Float32Array(images.length * length);
    const exe = await compileForward(engine, (n) => featuresTask(spec, 'pooled', n), FORWARD_BATCH, params);
    try {
      for await (const [part, rows] of prefetch(chunks(images, FORWARD_BATCH), read)) {
        throwIfCancelled(signal);
        const { features: batch } = await exe.run({ images: rows });
        freeArray(rows);
        features.set(batch!, (done - images.length) * length);
        done += part.length;
        onProgress?.(done, 2 * images.length);
      }
    } finally {
      await exe.dispose();
    }
    put(featureScales(features, length));
    return params;
  } finally {
    await reader.end();
  }
}

/** A normalised image back to pixels 0..1, [3, S, S]. */
function toPixels(image: Float32Array, { mean, std }: RunConfig['preprocessing']): Float32Array {
  const area = image.length / 3;
  return image.map((value, i) => value * std[Math.floor(i / area)]! + mean[Math.floor(i / area)]!);
}
