import { AppError, asAppError } from '../../../shared/errors.ts';
import { QUALITY_NUMBERS } from '../../../shared/quality.ts';
import { MEASURED_SIDE, qualityOf } from '../../domain/content/quality.ts';
import { ImageTable } from '../../domain/pairs/packed.ts';
import { mapParallel } from '../async/parallel.ts';
import { RowStore } from '../cache/row-store.ts';
import { bytesOf, chunks } from '../images/batches.ts';
import { DatasetImages } from '../images/dataset-images.ts';
import { decodeWithSize, DECODERS } from '../images/images.ts';
import type { ContentRequest, ContentRows } from '../protocol/content.ts';
import type { UnreadableImage } from '../protocol/embeddings.ts';
import type { CallContext, SourceImage } from '../protocol/protocol.ts';

/** Raise when a number, or the pixels that it is computed from, changes: all images are then measured again. */
const RECIPE = 1;

const NUMBERS = QUALITY_NUMBERS.length;
const ROW_BYTES = NUMBERS * 4;
const CHUNK = 64; // images whose rows are appended together
const FLUSH_EVERY = 16; // chunks: a killed process measures at most these again

/** The cache of rows. Another range of 16-bit samples gives other pixels, so it is part of the name. */
const openRows = ({ folder, sampleBits }: ContentRequest): RowStore =>
  new RowStore(folder, `content-${RECIPE}${sampleBits === null ? '' : `-${sampleBits}`}`, ROW_BYTES);

/** Throws AppError 'cancelled' and 'disk-full'; rows that were measured until then stay cached. */
export async function measureContent(request: ContentRequest, { signal, progress }: CallContext<'measureContent'>): Promise<UnreadableImage[]> {
  const images = new DatasetImages(request.images, request.root);
  const table = new ImageTable(request.images);
  const rows = openRows(request);
  try {
    const missing = Array.from({ length: table.length }, (_, i) => i).filter((i) => !rows.has(table.sha256(i)));
    const unreadable: UnreadableImage[] = [];
    let done = 0;
    for (const [step, chunk] of chunks(missing, CHUNK).entries()) {
      const found = await mapParallel(chunk, DECODERS, (i) => rowOrReason(images.sourceAt(i), request.sampleBits), { signal });
      for (const [at, row] of found.entries()) {
        const i = chunk[at]!;
        if (typeof row === 'string') unreadable.push({ image: table.at(i).id, file: table.file(i), reason: row });
        else rows.append([table.sha256(i)], row);
      }
      if (step % FLUSH_EVERY === FLUSH_EVERY - 1) rows.flush();
      progress({ done: (done += chunk.length), total: missing.length });
    }
    return unreadable;
  } finally {
    rows.close();
  }
}

/** The row of an image, or why its file can't be read, in words that continue the file's name. */
async function rowOrReason({ file, sha256 }: SourceImage, sampleBits: number | null): Promise<Uint8Array | string> {
  try {
    const { small, width, height } = await decodeWithSize(file, MEASURED_SIDE, { sha256, sampleBits });
    return bytesOf(qualityOf(small, width, height));
  } catch (error) {
    if (!(error instanceof AppError) || (error.code !== 'bad-image' && error.code !== 'not-found')) throw asAppError(error);
    return typeof error.details['reason'] === 'string' ? error.details['reason'] : error.message;
  }
}

/** A damaged row counts as not measured. */
export function readContent(request: ContentRequest): Promise<ContentRows> {
  const table = new ImageTable(request.images);
  const measured = new Uint8Array(table.length);
  const numbers = new Float32Array(table.length * NUMBERS).fill(NaN);
  const rows = openRows(request);
  try {
    const row = new Float32Array(NUMBERS);
    for (let i = 0; i < table.length; i++) {
      const sha256 = table.sha256(i);
      if (!rows.has(sha256) || !rows.read(sha256, bytesOf(row))) continue;
      measured[i] = 1;
      numbers.set(row, i * NUMBERS);
    }
  } finally {
    rows.close();
  }
  return Promise.resolve({ measured, numbers });
}
