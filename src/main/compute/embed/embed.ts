import type { NetworkEngine } from '../engine/network-engine.ts';
import { embeddingSize, embeddingTask, type Entry, type SiameseSpec } from '../../nn/siamese.ts';
import { compileForward } from '../../nn/engines/forward.ts';
import { freeArray, type TensorMap } from '../../nn/ir/tensor.ts';
import { FORWARD_BATCH } from '../images/batches.ts';
import { type FeatureSource, partsOf } from './feature-source.ts';
import { throwIfCancelled } from '../async/parallel.ts';
import type { SourceImage } from '../protocol/protocol.ts';

/** Embeddings [n, d] of images for which `source` is prepared. */
export async function embedFrom(
  source: FeatureSource,
  engine: NetworkEngine,
  spec: SiameseSpec,
  entry: Entry,
  params: TensorMap,
  images: readonly SourceImage[],
  signal?: AbortSignal,
): Promise<Float32Array> {
  const exe = await compileForward(engine, (n) => embeddingTask(spec, entry, n), FORWARD_BATCH, params);
  const length = embeddingSize(spec);
  const out = new Float32Array(images.length * length);
  try {
    let at = 0;
    for await (const [part, rows] of source.batches(partsOf(images))) {
      throwIfCancelled(signal);
      const { embedding } = await exe.run({ images: rows });
      freeArray(rows);
      out.set(embedding!, at * length);
      at += part.images.length;
    }
  } finally {
    await exe.dispose();
  }
  return out;
}
