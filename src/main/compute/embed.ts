import type { Engine } from '../nn/engines/engine.ts';
import { embeddingTask, entryOf, type SiameseSpec } from '../nn/siamese.ts';
import type { TensorMap } from '../nn/tensor.ts';
import { filledUp, FORWARD_BATCH } from './batches.ts';
import { readModel, specOf } from './checkpoint.ts';
import { openEngine } from './engine-choice.ts';
import { type FeatureSource, openSource, partsOf } from './feature-source.ts';
import { throwIfCancelled } from './parallel.ts';
import type { CallContext, EmbedRequest, SourceImage } from './protocol.ts';

/** Embeddings [n, d] of images whose features the source holds. */
export async function embedFrom(
  source: FeatureSource,
  engine: Engine,
  spec: SiameseSpec,
  entry: (typeof entryOf)[keyof typeof entryOf],
  params: TensorMap,
  images: readonly SourceImage[],
  signal?: AbortSignal,
): Promise<Float32Array> {
  const exe = await engine.compile(embeddingTask(spec, entry, FORWARD_BATCH), params);
  const out = new Float32Array(images.length * spec.dim);
  try {
    let at = 0;
    for await (const [part, rows] of source.batches(partsOf(images))) {
      throwIfCancelled(signal);
      const { embedding } = await exe.run({ images: filledUp(rows, FORWARD_BATCH * source.rowLength) });
      out.set(embedding!.subarray(0, part.images.length * spec.dim), at * spec.dim);
      at += part.images.length;
    }
  } finally {
    await exe.dispose();
  }
  return out;
}

/** Embeddings of any images under a trained network. */
export async function embed(request: EmbedRequest, { signal, progress }: CallContext<'embed'>): Promise<{ embeddings: Float32Array; dim: number }> {
  const { config, folder } = request.model;
  const engine = await openEngine(config.engine, config.device);
  const params = readModel(folder, config);
  const entry = entryOf[config.scope];
  const source = openSource({ engine, config: { ...config, augmentation: null }, entry, params, caches: request.caches });
  try {
    await source.prepare(request.images, {
      signal,
      onProgress: (done, total) => {
        progress({ done, total });
      },
    });
    return { embeddings: await embedFrom(source, engine, specOf(config), entry, params, request.images, signal), dim: config.dim };
  } finally {
    await source.close();
  }
}
