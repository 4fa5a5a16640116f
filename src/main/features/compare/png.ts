import { readFile } from 'node:fs/promises';
import { crc32 } from 'node:zlib';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Whether the bytes are one whole PNG: its chunks, each with a valid CRC-32 (PNG specification, "Chunk layout"), up to IEND. */
export function isIntactPng(bytes: Buffer): boolean {
  if (!bytes.subarray(0, SIGNATURE.length).equals(SIGNATURE)) return false;
  let type = '';
  for (let at = SIGNATURE.length; at < bytes.length;) {
    if (type === 'IEND' || at + 12 > bytes.length) return false;
    const end = at + 8 + bytes.readUInt32BE(at); // of the data: length, type, data, checksum
    if (end + 4 > bytes.length || crc32(bytes.subarray(at + 4, end)) !== bytes.readUInt32BE(end)) return false;
    type = bytes.toString('latin1', at + 4, at + 8);
    at = end + 4;
  }
  return type === 'IEND';
}

/** As isIntactPng, of a file. False if it can't be read. */
export const isIntactPngFile = (path: string): Promise<boolean> => readFile(path).then(isIntactPng, () => false);
