import { join } from 'node:path';
import { AppError } from '../../../shared/errors.ts';
import type { UnreadableImage } from '../../../shared/embeddings.ts';
import { writeNumbers } from '../../foundation/number-files.ts';
import { makeFolders } from '../../foundation/files.ts';
import { ImageTable } from '../../domain/pairs/packed.ts';
import { throwIfCancelled } from '../async/parallel.ts';
import { openEngine } from '../engine/engine-choice.ts';
import { DatasetImages } from '../images/dataset-images.ts';
import { EMBEDDING_FILES, type EmbedDatasetRequest, type EmbedDatasetResult, NEIGHBOURS } from '../protocol/embeddings.ts';
import type { CallContext } from '../protocol/protocol.ts';
import { featuresOf, openNetwork, rowsOf, toUnitLength } from './embedding-network.ts';
import { nearestRows } from './nearest-rows.ts';

const NOT_FINITE = 'The network gives no finite numbers for this image.';

/**
 * Embeds the readable images of a data set and finds their neighbours; writes EMBEDDING_FILES. Images that can't be read are skipped. Throws
 * AppError 'bad-dataset' if none can be read, 'bad-weights' or 'not-found' for a network that can't be opened, 'disk-full', 'cancelled'; the
 * features that were computed until then stay cached.
 */
export async function embedDataset(request: EmbedDatasetRequest, { signal, progress }: CallContext<'embedDataset'>): Promise<EmbedDatasetResult> {
  const { network, caches, root, images, folder } = request;
  makeFolders(folder);
  const all = new DatasetImages(images, root).all();
  const open = await openNetwork(network, folder, all, { signal, onProgress: (done, total) => progress({ stage: 'fit', done, total }) });
  const measure = open.hasHead ? 'euclidean' : 'cosine';
  const features = featuresOf(open, caches);
  try {
    const unread = await features.prepareReadable(all, { signal, onProgress: (done, total) => progress({ stage: 'images', done, total }) });
    throwIfCancelled(signal);
    const reasons = new Map(unread.map(({ image, reason }) => [image.sha256, reason]));
    const readable = all.flatMap((image, i) => (reasons.has(image.sha256) ? [] : [i]));
    const rows = await rowsOf(
      open,
      features,
      readable.map((i) => all[i]!),
      signal,
    );
    const d = rows.length / Math.max(1, readable.length);
    const { kept, finite } = finiteRows(rows, d);
    const reasonOf = new Map(all.flatMap(({ sha256 }, i): [number, string][] => (reasons.has(sha256) ? [[i, reasons.get(sha256)!]] : [])));
    readable.forEach((i, row) => finite[row] || reasonOf.set(i, NOT_FINITE));
    if (kept.length === 0) throw noneError(root, [...reasonOf.values()][0]);
    if (measure === 'cosine') toUnitLength(kept, d);
    await writeNumbers(join(folder, EMBEDDING_FILES.rows), kept);
    const onProgress = (done: number, total: number): void => progress({ stage: 'neighbours', done, total });
    const found = await nearestRows(kept, d, { k: NEIGHBOURS, measure, engine: await openEngine('onnx', 'cpu'), signal, onProgress });
    await writeNumbers(join(folder, EMBEDDING_FILES.positions), found.positions);
    await writeNumbers(join(folder, EMBEDDING_FILES.distances), found.distances);
    const ids = Int32Array.from(readable.filter((_, row) => finite[row]).map((i) => images.ids[i]!));
    await writeNumbers(join(folder, EMBEDDING_FILES.ids), ids);
    return { ids, d, k: found.k, unreadable: unreadableImages(new ImageTable(images), reasonOf) };
  } finally {
    await features.close();
  }
}

/** The rows whose numbers are all finite, and which these are. */
function finiteRows(rows: Float32Array, d: number): { kept: Float32Array; finite: boolean[] } {
  const finite = Array.from({ length: d === 0 ? 0 : rows.length / d }, (_, i) => rows.subarray(i * d, (i + 1) * d).every(Number.isFinite));
  const count = finite.filter(Boolean).length;
  if (count === finite.length) return { kept: rows, finite };
  const kept = new Float32Array(count * d);
  let at = 0;
  finite.forEach((isFinite, i) => {
    if (isFinite) kept.set(rows.subarray(i * d, (i + 1) * d), at++ * d);
  });
  return { kept, finite };
}

const unreadableImages = (table: ImageTable, reasons: ReadonlyMap<number, string>): UnreadableImage[] =>
  [...reasons].sort(([a], [b]) => a - b).map(([i, reason]) => ({ image: table.at(i).id, file: table.file(i), reason }));

const noneError = (root: string, reason: string | undefined): AppError =>
  new AppError(
    'bad-dataset',
    `None of the images can be read${reason === undefined ? '' : `: ${reason}`} If the folder ${root} was moved, choose its new location in Images.`,
    { root },
  );
