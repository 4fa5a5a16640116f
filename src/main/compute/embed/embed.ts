import type { NetworkEngine } from '../engine/network-engine.ts';
import { embeddingTask, type Entry, type SiameseSpec } from '../../nn/siamese.ts';
import { freeArray, type TensorMap } from '../../nn/ir/tensor.ts';
import { padBatch, FORWARD_BATCH } from '../images/batches.ts';
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
  const task = embeddingTask(spec, entry, FORWARD_BATCH);
  const exe = await engine.compile(task, params);
  const [, length] = task.outputs.embedding.shape as [number, number];
  const out = new Float32Array(images.length * length);
  try {
    let at = 0;
    for await (const [part, rows] of source.batches(partsOf(images))) {
      throwIfCancelled(signal);
      const inputs = padBatch(rows, FORWARD_BATCH * source.rowLength);
      const { embedding } = await exe.run({ images: inputs });
      freeArray(inputs);
      out.set(embedding!.subarray(0, part.images.length * length), at * length);
      at += part.images.length;
    }
  } finally {
    await exe.dispose();
  }
  return out;
}
