import { readSync } from 'node:fs';

/** An open weights file. Names and shapes are known; data is read one tensor at a time, so a large file is never in memory twice. */
export interface TensorSource {
  /** Name -> shape, both as the file has them. */
  readonly entries: ReadonlyMap<string, readonly number[]>;
  readonly metadata: Readonly<Record<string, string>>;
  /** Row-major float32 with the file's order of axes. Throws AppError('bad-weights') for a data type that weights can't have. */
  read(name: string): Float32Array;
  close(): void;
}

/** Fills `into` from byte `position` of the file. Returns the bytes read: fewer than asked for only at the end of the file. */
export function readRange(fd: number, position: number, into: Uint8Array): number {
  let done = 0;
  while (done < into.byteLength) {
    const got = readSync(fd, into, done, into.byteLength - done, position + done);
    if (got === 0) break;
    done += got;
  }
  return done;
}

/** A view of the array's bytes, no copy. Little-endian, like the weights formats: so is every platform that Twinlens runs on. */
export const bytesOf = (data: Float32Array): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
