import type { Executable } from '../../nn/engines/engine.ts';
import { compileForward } from '../../nn/engines/forward.ts';
import { embeddingTask, specOf } from '../../nn/siamese.ts';
import { LeasePool } from '../async/lease-pool.ts';
import { throwIfCancelled } from '../async/parallel.ts';
import { openNetworkEngine } from '../engine/network-engine.ts';
import { readModel } from '../model/checkpoint.ts';
import type { ModelRef } from '../protocol/protocol.ts';

/** Writes an image [3, S, S], normalised, into its row of a batch. */
export type WriteImage = (into: Float32Array) => void;

/** Writes a copy of an image. */
export const copyOf =
  (image: Float32Array): WriteImage =>
  (into) =>
    into.set(image);

export interface Embedder {
  readonly batch: number; // images in one forward pass
  /** Embeddings of up to `batch` images. */
  embed(images: readonly WriteImage[]): Promise<Float32Array[]>;
}

/** Compiling a network takes longer than a forward pass, so the two that were used last stay open. */
const embedders = new LeasePool<Executable>(2, (executable) => executable.dispose());

/**
 * Runs `work` with a network that is compiled for a batch size. `sha256`: of the network, so that a retrained one is compiled again.
 * Throws as `work` and readModel do.
 */
export function useEmbedder<T>(model: ModelRef, sha256: string | null, batch: number, work: (embedder: Embedder) => Promise<T>): Promise<T> {
  const { config, folder } = model;
  const { size } = config;
  const row = 3 * size ** 2;
  const open = async (): Promise<Executable> =>
    compileForward(await openNetworkEngine(model), (n) => embeddingTask(specOf(config), 'image', n), batch, readModel(model));
  return embedders.use(JSON.stringify([folder, sha256, batch, config.engine, config.device]), open, (executable) => {
    const input = new Float32Array(batch * row); // [batch, 3, S, S]
    return work({
      batch,
      embed: async (images) => {
        for (const [i, write] of images.entries()) write(input.subarray(i * row, (i + 1) * row));
        const { embedding } = await executable.run({ images: input.subarray(0, images.length * row) });
        const length = embedding!.length / images.length;
        return images.map((_, i) => embedding!.slice(i * length, (i + 1) * length));
      },
    });
  });
}

/** Embeddings of any number of images, in batches. `onBatch`: images that are done. Throws AppError 'cancelled'. */
export async function embedInBatches(
  { embed, batch }: Embedder,
  images: readonly WriteImage[],
  { signal, onBatch }: { signal: AbortSignal; onBatch?: ((done: number) => void) | undefined },
): Promise<Float32Array[]> {
  const out: Float32Array[] = [];
  while (out.length < images.length) {
    throwIfCancelled(signal);
    out.push(...(await embed(images.slice(out.length, out.length + batch))));
    onBatch?.(out.length);
  }
  return out;
}
