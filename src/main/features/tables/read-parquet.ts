import { type AsyncBuffer, type Compressors, parquetMetadataAsync, parquetReadObjects, parquetSchema } from 'hyparquet';
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { AppError } from '../../../shared/errors.ts';
import { quote } from '../../foundation/words.ts';

const MAX_ROWS = 5_000_000;

export const asyncBufferFromBuffer = (bytes: Buffer): AsyncBuffer => ({
  byteLength: bytes.length,
  slice: (start, end) => {
    const part = bytes.subarray(start, end);
    return part.buffer.slice(part.byteOffset, part.byteOffset + part.byteLength) as ArrayBuffer;
  },
});

/** What hyparquet does not decompress itself. */
const COMPRESSORS: Compressors = {
  GZIP: (bytes) => gunzipSync(bytes),
  ZSTD: (bytes) => zstdDecompressSync(bytes),
  BROTLI: (bytes) => brotliDecompressSync(bytes),
};

/** The rows of a Parquet file (uncompressed, Snappy, GZIP, ZSTD or Brotli). Names of columns in lower case. Throws AppError 'bad-request' for a file that can't be read. */
export async function readParquetRows(file: AsyncBuffer, path: string): Promise<{ names: string[]; rows: unknown[][] }> {
  try {
    const metadata = await parquetMetadataAsync(file);
    if (metadata.num_rows > MAX_ROWS) throw new AppError('bad-request', `The table ${quote(path)} has more than ${MAX_ROWS} rows.`, { path });
    const names = parquetSchema(metadata).children.map(({ element }) => element.name);
    const objects = await parquetReadObjects({ file, metadata, compressors: COMPRESSORS });
    return { names: names.map((name) => name.trim().toLowerCase()), rows: objects.map((row) => names.map((name) => row[name])) };
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError(
      'bad-request',
      `${quote(path)} is not a Parquet file that can be read: ${(error as Error).message.replace(/\.$/, '')}.`,
      { path },
      error,
    );
  }
}
