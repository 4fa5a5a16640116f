import { joinArrays } from '../../nn/ir/tensor.ts';
import { throwIfCancelled } from '../async/parallel.ts';
import { featuresOf, openNetwork, rowsOf, toUnitLength } from '../embeddings/embedding-network.ts';
import type { CallContext } from '../protocol/protocol.ts';
import type { EmbedFilesRequest, EmbedFilesResult } from '../protocol/similar.ts';

const NOT_FINITE = 'The network gives no finite numbers for this image.';

/**
 * Embeds files as the rows of a set. Nothing is added to the set; features are cached by content, as everywhere. Throws as openNetwork does,
 * AppError 'cancelled'.
 */
export async function embedFiles(
  { embedded, network, caches, files }: EmbedFilesRequest,
  { signal, progress }: Pick<CallContext<'embedFiles'>, 'signal' | 'progress'>,
): Promise<EmbedFilesResult> {
  const { folder, d, measure } = embedded;
  const open = await openNetwork(network, folder, [], { signal });
  const features = featuresOf(open, caches);
  try {
    const unread = await features.prepareReadable(files, { signal, onProgress: (done, total) => progress({ done, total }) });
    throwIfCancelled(signal);
    const reasons = new Map(unread.map(({ image, reason }) => [image.sha256, reason]));
    const readable = files.filter(({ sha256 }) => !reasons.has(sha256));
    const rows = await rowsOf(open, features, readable, signal);
    if (measure === 'cosine') toUnitLength(rows, d);
    const unreadable: EmbedFilesResult['unreadable'] = [];
    const values: Float32Array[] = [];
    let at = 0;
    for (const [position, { sha256 }] of files.entries()) {
      const reason = reasons.get(sha256);
      const row = reason === undefined ? rows.subarray(at, (at += d)) : null;
      if (row?.every(Number.isFinite)) values.push(row);
      else unreadable.push({ position, reason: reason ?? NOT_FINITE });
    }
    return { values: joinArrays(values), unreadable };
  } finally {
    await features.close();
  }
}
