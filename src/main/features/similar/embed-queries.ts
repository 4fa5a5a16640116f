import type { EmbeddedSet } from '../../compute/protocol/embeddings.ts';
import type { EmbedFilesResult } from '../../compute/protocol/similar.ts';
import type { SimilarPorts } from './ports.ts';

/** Embeds files as the rows of a set. Throws AppError 'bad-request' for a network that is gone, 'cancelled'. */
export async function embedQueries(
  { networkOf, caches, compute }: Pick<SimilarPorts, 'networkOf' | 'caches' | 'compute'>,
  set: EmbeddedSet,
  files: readonly { file: string; sha256: string }[],
  { signal, onProgress }: { signal: AbortSignal; onProgress?: ((done: number, total: number) => void) | undefined },
): Promise<EmbedFilesResult> {
  const network = await networkOf(set.dataset, set.source, signal);
  const request = { embedded: set.request, network, caches, files };
  return compute.ask('embedFiles', request, { signal, ...(onProgress && { onProgress: ({ done, total }) => onProgress(done, total) }) });
}
