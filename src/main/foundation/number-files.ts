import { open, type FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { AppError } from '../../shared/errors.ts';
import { writeFileAtomically } from './files.ts';

/** Files of little-endian numbers, as every platform that Twinlens runs on has them in memory, with the CRC-32 of all bytes at their end. */

type Numbers = Float32Array | Int32Array;

const FOOTER_BYTES = 4;
const CHUNK_BYTES = 64 * 2 ** 20; // written or read at once: other work of the process goes on in between

/** Throws as writeFileAtomically does. */
export function writeNumbers(path: string, numbers: Numbers): Promise<void> {
  return writeFileAtomically(path, chunksOf(numbers));
}

async function* chunksOf(numbers: Numbers): AsyncGenerator<Uint8Array> {
  let checksum = 0;
  for (const chunk of piecesOf(numbers)) {
    checksum = crc32(chunk, checksum);
    yield await Promise.resolve(chunk);
  }
  yield footerOf(checksum);
}

/** Fills `out`. Returns false if the file is missing, damaged or of another length. */
export async function readNumbers(path: string, out: Numbers): Promise<boolean> {
  const file = await open(path, 'r').catch(() => null);
  if (file === null) return false;
  try {
    if ((await file.stat()).size !== out.byteLength + FOOTER_BYTES) return false;
    let checksum = 0;
    let position = 0;
    for (const piece of piecesOf(out)) {
      if (!(await fill(file, piece, position))) return false;
      checksum = crc32(piece, checksum);
      position += piece.byteLength;
    }
    const footer = new Uint8Array(FOOTER_BYTES);
    return (await fill(file, footer, position)) && Buffer.from(footer).equals(footerOf(checksum));
  } finally {
    await file.close();
  }
}

/**
 * The float32 numbers of a file in parts of at most `length`. Throws AppError 'not-found' at the end if the file is damaged, so what is made of
 * the parts must not be published before.
 */
export async function* readFloatParts(path: string, length: number): AsyncGenerator<Float32Array, void, undefined> {
  const damaged = (error?: unknown): AppError =>
    new AppError('not-found', 'Stored numbers of this data set are missing or damaged. Analyse it again.', { path }, error);
  const file = await open(path, 'r').catch((error: unknown) => {
    throw damaged(error);
  });
  try {
    const bytes = (await file.stat()).size - FOOTER_BYTES;
    let checksum = 0;
    for (let at = 0; at < bytes; at += length * 4) {
      const part = new Float32Array(Math.min(length, (bytes - at) / 4));
      const raw = new Uint8Array(part.buffer);
      if (!(await fill(file, raw, at))) throw damaged();
      checksum = crc32(raw, checksum);
      yield part;
    }
    const footer = new Uint8Array(FOOTER_BYTES);
    if (bytes < 0 || !(await fill(file, footer, bytes)) || !Buffer.from(footer).equals(footerOf(checksum))) throw damaged();
  } finally {
    await file.close();
  }
}

function* piecesOf({ buffer, byteOffset, byteLength }: Numbers): Generator<Uint8Array> {
  for (let at = 0; at < byteLength; at += CHUNK_BYTES) yield new Uint8Array(buffer, byteOffset + at, Math.min(CHUNK_BYTES, byteLength - at));
}

async function fill(file: FileHandle, target: Uint8Array, position: number): Promise<boolean> {
  for (let done = 0; done < target.byteLength;) {
    const { bytesRead } = await file.read(target, done, target.byteLength - done, position + done);
    if (bytesRead === 0) return false;
    done += bytesRead;
  }
  return true;
}

function footerOf(checksum: number): Buffer {
  const footer = Buffer.alloc(FOOTER_BYTES);
  footer.writeUInt32LE(checksum);
  return footer;
}
