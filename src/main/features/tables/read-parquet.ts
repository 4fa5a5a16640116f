import { type AsyncBuffer, type Compressors, parquetMetadataAsync, parquetReadObjects, parquetSchema } from 'hyparquet';
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { AppError } from '../../../shared/errors.ts';
import { countText } from '../../../shared/format.ts';
import { quote } from '../../foundation/words.ts';

/** The rows of a table from elsewhere, in parts, so that other calls are answered in between. */
export interface ReadRows {
  names: string[]; // of the columns, in lower case
  parts: AsyncIterable<unknown[][]>; // cells in the order of the names
}

const MAX_ROWS = 5_000_000;

/** What hyparquet does not decompress itself. */
const COMPRESSORS: Compressors = {
  GZIP: (bytes) => gunzipSync(bytes),
  ZSTD: (bytes) => zstdDecompressSync(bytes),
  BROTLI: (bytes) => brotliDecompressSync(bytes),
};

const bufferOf = (bytes: Buffer): AsyncBuffer => ({
  byteLength: bytes.length,
  slice: (start, end) => {
    const part = bytes.subarray(start, end);
    return part.buffer.slice(part.byteOffset, part.byteOffset + part.byteLength) as ArrayBuffer;
  },
});

/**
 * The rows of a Parquet file, a part for each of its row groups: uncompressed, Snappy, GZIP, ZSTD or Brotli. Throws AppError 'bad-request' for a file
 * that can't be read.
 */
export async function readParquetParts(bytes: Buffer, path: string): Promise<ReadRows> {
  const file = bufferOf(bytes);
  const metadata = await parquetMetadataAsync(file).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  if (metadata.num_rows > MAX_ROWS)
    throw new AppError('bad-request', `The table ${quote(path)} has more than ${countText(MAX_ROWS)} rows.`, { path });
  const columns = parquetSchema(metadata).children.map(({ element }) => element.name);
  async function* parts(): AsyncGenerator<unknown[][], void, undefined> {
    let rowStart = 0;
    for (const { num_rows: count } of metadata.row_groups) {
      const rowEnd = rowStart + Number(count);
      try {
        const rows = await parquetReadObjects({ file, metadata, compressors: COMPRESSORS, rowStart, rowEnd });
        yield rows.map((row) => columns.map((name) => row[name]));
      } catch (error) {
        throw unreadable(path, error);
      }
      await new Promise((resolve) => setImmediate(resolve));
      rowStart = rowEnd;
    }
  }
  return { names: columns.map((name) => name.trim().toLowerCase()), parts: parts() };
}

const unreadable = (path: string, error: unknown): AppError =>
  new AppError(
    'bad-request',
    `${quote(path)} is not a Parquet file that can be read: ${(error as Error).message.replace(/\.$/, '')}.`,
    { path },
    error,
  );
