import { isSvg } from '../../foundation/image-signatures.ts';
import { isNetpbm, jpegFrame, readNetpbm } from './headers.ts';

/** The type of a file by its content, and its description for an error message. Reads bytes only; decodes nothing. */

export type ImageFormat = 'JPEG' | 'PNG' | 'GIF' | 'WebP' | 'TIFF' | 'AVIF' | 'Netpbm';

export type FileKind =
  | { type: 'image'; format: ImageFormat }
  | { type: 'unsupported-image'; description: string } // an image in a format that is not decoded here
  | { type: 'other'; description: string | null }; // null: unknown content

const ascii = (bytes: Uint8Array, from: number, to: number): string => String.fromCharCode(...bytes.subarray(from, to));
const starts = (bytes: Uint8Array, ...magic: number[]): boolean => magic.every((b, i) => bytes[i] === b);

/** The kind of an ISO base media file, by the brands in its first box: size, 'ftyp', major brand, version, compatible brands. */
function isoBrand(bytes: Uint8Array): FileKind | null {
  if (ascii(bytes, 4, 8) !== 'ftyp') return null;
  const boxEnd = Math.min(bytes.length, Math.max(16, new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)), 256);
  const brands = ascii(bytes, 8, boxEnd);
  if (/avif|avis/.test(brands)) return { type: 'image', format: 'AVIF' };
  if (/hei[cxms]|hev[cx]|mif1|msf1/.test(brands)) return { type: 'unsupported-image', description: 'a HEIC image' };
  if (brands.startsWith('crx')) return { type: 'unsupported-image', description: 'a camera raw file' };
  return { type: 'other', description: 'a video' };
}

function textKind(bytes: Uint8Array): FileKind | null {
  const head = bytes.subarray(0, 4096);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
  } catch {
    return null;
  }
  for (const b of head) if (b < 32 && b !== 9 && b !== 10 && b !== 12 && b !== 13) return null;
  if (isSvg(text)) return { type: 'unsupported-image', description: 'an SVG drawing' };
  if (/^\s*<(!doctype html|html)/i.test(text)) return { type: 'other', description: 'a web page' };
  return { type: 'other', description: 'text' };
}

/** The type by content; the name is ignored. `bytes` is the whole file or at least its first 4 KiB. */
export function kindOf(bytes: Uint8Array): FileKind {
  if (starts(bytes, 0xff, 0xd8, 0xff)) return { type: 'image', format: 'JPEG' };
  if (starts(bytes, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return { type: 'image', format: 'PNG' };
  const four = ascii(bytes, 0, 4);
  if (four === 'GIF8') return { type: 'image', format: 'GIF' };
  if (four === 'RIFF' && ascii(bytes, 8, 12) === 'WEBP') return { type: 'image', format: 'WebP' };
  if (['II*\0', 'MM\0*', 'II+\0', 'MM\0+'].includes(four)) return { type: 'image', format: 'TIFF' };
  if (isNetpbm(bytes)) return { type: 'image', format: 'Netpbm' };
  if (/^P[147]\s+(#.*\s+)*(\d+\s|WIDTH)/.test(ascii(bytes, 0, 512))) return { type: 'unsupported-image', description: 'a PBM or PAM image' };
  const iso = isoBrand(bytes);
  if (iso) return iso;
  if (starts(bytes, 0xff, 0x0a) || ascii(bytes, 4, 8) === 'JXL ') return { type: 'unsupported-image', description: 'a JPEG XL image' };
  if (ascii(bytes, 4, 8) === 'jP  ' || starts(bytes, 0xff, 0x4f, 0xff, 0x51)) return { type: 'unsupported-image', description: 'a JPEG 2000 image' };
  if (four.startsWith('BM') && bytes.length >= 26 && starts(bytes.subarray(6), 0, 0, 0, 0))
    return { type: 'unsupported-image', description: 'a BMP image' };
  if (four === '8BPS') return { type: 'unsupported-image', description: 'a Photoshop document' };
  if (four === '%PDF') return { type: 'other', description: 'a PDF document' };
  if (four.startsWith('PK\u0003\u0004')) return { type: 'other', description: 'a ZIP archive or office document' };
  return textKind(bytes) ?? { type: 'other', description: null };
}

/**
 * Whether an image that failed to decode is truncated rather than damaged, judged by its structure. The decoder's messages are
 * unreliable: they get mixed up between images that are decoded at the same time.
 */
export function isTruncated(format: ImageFormat, bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tail = (n: number): string => ascii(bytes, Math.max(0, bytes.length - n), bytes.length);
  switch (format) {
    case 'JPEG':
      return !(jpegFrame(bytes)?.hasEndMarker ?? tail(1024).includes('\xff\xd9')); // the marker can't occur within image data
    case 'PNG':
      return !tail(64).includes('IEND');
    case 'GIF':
      return !/;\0*$/.test(tail(64)); // trailer 0x3b
    case 'WebP':
      return bytes.length < 12 || view.getUint32(4, true) + 8 > bytes.length;
    case 'TIFF':
      return bytes.length < 8 || view.getUint32(4, bytes[0] === 0x49) + 2 > bytes.length; // the first directory
    case 'AVIF': {
      let at = 0; // consecutive boxes: size, type, content; size 0 extends to the end
      while (at + 8 <= bytes.length) {
        const size = view.getUint32(at);
        if (size < 8) return false;
        at += size;
      }
      return at !== bytes.length;
    }
    case 'Netpbm':
      return readNetpbm(bytes)?.samples === null;
    default:
      return format satisfies never;
  }
}
