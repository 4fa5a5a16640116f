/** The type of a file by its content, and the words of its rejection. Reads bytes only; decodes nothing. */

export type PictureKind = 'JPEG' | 'PNG' | 'GIF' | 'WebP' | 'TIFF' | 'AVIF';

export type FileKind =
  | { type: 'picture'; kind: PictureKind }
  | { type: 'foreign-picture'; words: string } // a picture of a kind that is not decoded here
  | { type: 'other'; words: string | null }; // what it looks like, where that is known

const ascii = (bytes: Uint8Array, from: number, to: number): string => String.fromCharCode(...bytes.subarray(from, to));
const starts = (bytes: Uint8Array, ...magic: number[]): boolean => magic.every((b, i) => bytes[i] === b);

/** ISO base media files name their brands in the first box: size, 'ftyp', major brand, version, compatible brands. */
function isoBrand(bytes: Uint8Array): FileKind | null {
  if (ascii(bytes, 4, 8) !== 'ftyp') return null;
  const boxEnd = Math.min(bytes.length, Math.max(16, new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)), 256);
  const brands = ascii(bytes, 8, boxEnd);
  if (/avif|avis/.test(brands)) return { type: 'picture', kind: 'AVIF' };
  if (/hei[cxms]|hev[cx]|mif1|msf1/.test(brands)) return { type: 'foreign-picture', words: 'a HEIC picture' };
  if (brands.startsWith('crx')) return { type: 'foreign-picture', words: 'a camera raw file' };
  return { type: 'other', words: 'a film' };
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
  if (/^\s*(<\?xml[^]*?)?(<!--[^]*?-->\s*)*(<!DOCTYPE svg[^]*?)?<svg[\s>]/i.test(text)) return { type: 'foreign-picture', words: 'an SVG drawing' };
  if (/^\s*<(!doctype html|html)/i.test(text)) return { type: 'other', words: 'a web page' };
  return { type: 'other', words: 'text' };
}

/** The type by content; the name is ignored. `bytes` is the whole file or at least its first 4 KiB. */
export function kindOf(bytes: Uint8Array): FileKind {
  if (starts(bytes, 0xff, 0xd8, 0xff)) return { type: 'picture', kind: 'JPEG' };
  if (starts(bytes, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return { type: 'picture', kind: 'PNG' };
  const four = ascii(bytes, 0, 4);
  if (four === 'GIF8') return { type: 'picture', kind: 'GIF' };
  if (four === 'RIFF' && ascii(bytes, 8, 12) === 'WEBP') return { type: 'picture', kind: 'WebP' };
  if (['II*\0', 'MM\0*', 'II+\0', 'MM\0+'].includes(four)) return { type: 'picture', kind: 'TIFF' };
  const iso = isoBrand(bytes);
  if (iso) return iso;
  if (starts(bytes, 0xff, 0x0a) || ascii(bytes, 4, 8) === 'JXL ') return { type: 'foreign-picture', words: 'a JPEG XL picture' };
  if (ascii(bytes, 4, 8) === 'jP  ' || starts(bytes, 0xff, 0x4f, 0xff, 0x51)) return { type: 'foreign-picture', words: 'a JPEG 2000 picture' };
  if (four.startsWith('BM') && bytes.length >= 26 && starts(bytes.subarray(6), 0, 0, 0, 0))
    return { type: 'foreign-picture', words: 'a BMP picture' };
  if (four === '8BPS') return { type: 'foreign-picture', words: 'a Photoshop document' };
  if (four === '%PDF') return { type: 'other', words: 'a PDF document' };
  if (four.startsWith('PK\u0003\u0004')) return { type: 'other', words: 'a ZIP archive or office document' };
  return textKind(bytes) ?? { type: 'other', words: null };
}

/**
 * Whether an image that failed to decode is truncated, rather than damaged, by its structure. The decoder's messages can't tell:
 * they get mixed up between images decoded at the same time.
 */
export function isTruncated(kind: PictureKind, bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tail = (n: number): string => ascii(bytes, Math.max(0, bytes.length - n), bytes.length);
  switch (kind) {
    case 'JPEG':
      return !tail(1024).includes('\xff\xd9'); // end of image; cannot occur within the picture data
    case 'PNG':
      return !tail(64).includes('IEND');
    case 'GIF':
      return !/;\0*$/.test(tail(64)); // trailer 0x3b
    case 'WebP':
      return bytes.length < 12 || view.getUint32(4, true) + 8 > bytes.length;
    case 'TIFF':
      return bytes.length < 8 || view.getUint32(4, bytes[0] === 0x49) + 2 > bytes.length; // the first directory
    case 'AVIF': {
      let at = 0; // boxes follow each other: size, type, content; size 0 reaches to the end
      while (at + 8 <= bytes.length) {
        const size = view.getUint32(at);
        if (size < 8) return false;
        at += size;
      }
      return at !== bytes.length;
    }
    default:
      return kind satisfies never;
  }
}
