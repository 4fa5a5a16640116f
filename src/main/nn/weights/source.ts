import { readSync } from 'node:fs';

/** An open weights file. Names and shapes are known. Data is read one tensor at a time, so a large file is never in memory twice. */
export interface TensorSource {
  /** Name -> shape, both as the file has them. */
  readonly entries: ReadonlyMap<string, readonly number[]>;
  readonly metadata: Readonly<Record<string, string>>;
  /** Row-major float32 in the file's axis order. Throws AppError('bad-weights') for a data type that weights can't have. */
  read(name: string): Float32Array;
  close(): void;
}

/** Fills `target` from byte `position` of the file. Returns the bytes read, fewer than requested only at the end of the file. */
export function readRange(fd: number, position: number, target: Uint8Array): number {
  let done = 0;
  while (done < target.byteLength) {
    const count = readSync(fd, target, done, target.byteLength - done, position + done);
    if (count === 0) break;
    done += count;
  }
  return done;
}

/** A view of the array's bytes, no copy. The weights formats are little-endian, as is every platform that Twinlens runs on. */
export const bytesOf = (data: Float32Array): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
