import { AppError, asAppError } from '../../../shared/errors.ts';
import { QUALITY_NUMBERS } from '../../../shared/quality.ts';
import { greyOf, MEASURED_SIDE, qualityOf } from '../../domain/content/quality.ts';
import { SIGNATURE_BYTES, signatureOf } from '../../domain/duplicates/signature.ts';
import { ImageTable } from '../../domain/pairs/packed.ts';
import { mapParallel } from '../async/parallel.ts';
import { RowStore } from '../cache/row-store.ts';
import { bytesOf, chunks } from '../images/batches.ts';
import { DatasetImages } from '../images/dataset-images.ts';
import { decodeWithSize, DECODERS } from '../images/images.ts';
import type { ContentRequest, ContentRows } from '../protocol/content.ts';
import type { UnreadableImage } from '../../../shared/embeddings.ts';
import type { CallContext, SourceImage } from '../protocol/protocol.ts';

/** Raise when a number, or the pixels that it is computed from, changes: all images are then measured again. */
const RECIPE = 3;

const NUMBERS = QUALITY_NUMBERS.length;
const NUMBER_BYTES = NUMBERS * 4;
const ROW_BYTES = NUMBER_BYTES + SIGNATURE_BYTES; // the numbers, then the signature
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
    const row = new Uint8Array(ROW_BYTES);
    row.set(bytesOf(qualityOf(small, width, height)));
    row.set(signatureOf(greyOf(small.data), small.width, small.height), NUMBER_BYTES);
    return row;
  } catch (error) {
    if (!(error instanceof AppError) || (error.code !== 'bad-image' && error.code !== 'not-found')) throw asAppError(error);
    return typeof error.details['reason'] === 'string' ? error.details['reason'] : error.message;
  }
}

/** A damaged row counts as not measured. */
export function readContent(request: ContentRequest): Promise<ContentRows> {
  const numbers = new Float32Array(request.images.ids.length * NUMBERS).fill(NaN);
  const measured = readRows(request, (i, row) => bytesOf(numbers).set(row.subarray(0, NUMBER_BYTES), i * NUMBER_BYTES));
  return Promise.resolve({ measured, numbers });
}

/** Cached signatures, [n, SIGNATURE_BYTES], and sharpness, [n]: zeros and NaN where an image is not measured. */
export function readSignatures(request: ContentRequest): { measured: Uint8Array; signatures: Uint8Array; sharpness: Float32Array } {
  const n = request.images.ids.length;
  const [signatures, sharpness, numbers] = [new Uint8Array(n * SIGNATURE_BYTES), new Float32Array(n).fill(NaN), new Float32Array(NUMBERS)];
  const measured = readRows(request, (i, row) => {
    signatures.set(row.subarray(NUMBER_BYTES), i * SIGNATURE_BYTES);
    bytesOf(numbers).set(row.subarray(0, NUMBER_BYTES));
    sharpness[i] = numbers[QUALITY_NUMBERS.indexOf('sharpness')]!;
  });
  return { measured, signatures, sharpness };
}

/** Calls `use` with the row of each measured image, which is overwritten by the next. Returns [n] 1: measured. */
function readRows(request: ContentRequest, use: (i: number, row: Uint8Array) => void): Uint8Array {
  const table = new ImageTable(request.images);
  const measured = new Uint8Array(table.length);
  const rows = openRows(request);
  try {
    const row = new Uint8Array(ROW_BYTES);
    for (let i = 0; i < table.length; i++) {
      const sha256 = table.sha256(i);
      if (!rows.has(sha256) || !rows.read(sha256, row)) continue;
      measured[i] = 1;
      use(i, row);
    }
  } finally {
    rows.close();
  }
  return measured;
}
