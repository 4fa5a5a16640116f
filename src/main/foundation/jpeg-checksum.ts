import { crc32 } from 'node:zlib';

const END = Buffer.from([0xff, 0xd9]); // marker EOI
const COMMENT = Buffer.from([0xff, 0xfe, 0x00, 0x0f]); // marker COM, length of the segment with these two bytes: 15
const PREFIX = 'CRC32';
const TEXT_BYTES = 13; // PREFIX and 8 hex digits

/**
 * Adds the CRC-32 of a JPEG and its file name as its last segment, a comment (ITU T.81, B.2.4.5), which decoders ignore. The name
 * distinguishes a picture from an intact one of another image.
 */
export function withChecksum(jpeg: Buffer, name: string): Buffer {
  const body = jpeg.subarray(0, -END.length);
  return Buffer.concat([body, COMMENT, textFor(body, name), END]);
}

/** Whether a JPEG is the one that `withChecksum` returned for this name. */
export function isIntactJpeg(jpeg: Buffer, name: string): boolean {
  const at = jpeg.length - END.length - TEXT_BYTES - COMMENT.length;
  if (at < 0) return false;
  const body = jpeg.subarray(0, at);
  return jpeg.subarray(at).equals(Buffer.concat([COMMENT, textFor(body, name), END]));
}

const textFor = (body: Buffer, name: string): Buffer => Buffer.from(`${PREFIX}${crc32(body, crc32(name)).toString(16).padStart(8, '0')}`, 'latin1');
