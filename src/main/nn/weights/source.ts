import { readSync } from 'node:fs';

/** An opened weights file: what is in it is known, tensor data is read on demand, so a big file never stands in memory twice. */
export interface TensorSource {
  /** Name -> shape, both as the file has them. */
  readonly entries: ReadonlyMap<string, readonly number[]>;
  readonly metadata: Readonly<Record<string, string>>;
  /** Row-major float32 in the file's own layout; throws AppError('bad-weights') for a data type that isn't a number of a network. */
  read(name: string): Float32Array;
  close(): void;
}

/** Fills `into` from `position`; returns the bytes that were there, fewer than asked only at the file's end. */
export function readRange(fd: number, position: number, into: Uint8Array): number {
  let done = 0;
  while (done < into.byteLength) {
    const got = readSync(fd, into, done, into.byteLength - done, position + done);
    if (got === 0) break;
    done += got;
  }
  return done;
}

/** The bytes behind an array, not a copy. Every platform Node runs Twinlens on is little-endian, as the weights formats are. */
export const bytesOf = (data: Float32Array): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
