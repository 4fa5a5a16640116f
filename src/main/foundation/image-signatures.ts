import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { extensionOf, hasImageExtension } from './image-files.ts';

/** Recognises images in any common format, also in those that Twinlens can't read: an output must never replace one. */

const EXTENSIONS = new Set(
  [
    'heic heics heif heifs hif avci avcs bmp dib svg svgz psd psb jxl jp2 j2k j2c jpc jpf jpx jpm jxr wdp hdp ico cur icns tga icb vda vst',
    'pcx dcx dds exr hdr rgbe qoi pbm pam pfm xcf kra ora eps epsf ai emf wmf xbm xpm sgi ras sun dpx cin mng jng flif bpg insp djvu',
    'fits fit fts dcm dicom svs ndpi mrxs scn bif czi lif nd2 vsi oib oif', // astronomy, medicine, microscopy
    'dng cr2 cr3 crw nef nrw arw arq srf sr2 orf ori rw2 rwl raw raf pef ptx dcr kdc k25 dcs drf mrw mdc x3f 3fr fff iiq cap eip', // cameras
    'mef mos erf srw gpr bay cs1 pxn rwz r3d ari',
  ].flatMap((line) => line.split(' ')),
);

/** Formats by their first bytes, as Latin-1. Many raw formats (DNG, NEF, CR2, ARW, PEF) begin as TIFF. */
const STARTS = [
  ...['\xff\xd8\xff', '\x89PNG\r\n\x1a\n', '\x8aMNG\r\n', '\x8bJNG\r\n', 'GIF8', 'II*\0', 'MM\0*', 'II+\0', 'MM\0+'],
  ...['8BPS\0', '\0\0\0\x0cJXL \r\n', '\0\0\0\x0cjP  \r\n', '\xff\x4f\xff\x51', 'II\xbc\x01'],
  ...['icns', 'DDS \x7c', 'v/1\x01', '#?RADIANCE', '#?RGBE', 'qoif', 'FLIF', 'BPG\xfb', 'gimp xcf', 'SIMPLE  =', '%!PS-Adobe', '\xc5\xd0\xd3\xc6'],
  ...[
    '\xd7\xcd\xc6\x9a',
    '/* XPM */',
    '\x01\xda\0\x01',
    '\x01\xda\x01\x01',
    '\x59\xa6\x6a\x95',
    'SDPX',
    'XPDS',
    '\x80\x2a\x5f\xd7',
    'AT&TFORM',
    'ZISRAWFILE',
  ],
  ...['IIRO', 'IIRS', 'MMOR', 'IIU\0', 'II\x1a\0\0\0HEAPCCDR', 'FUJIFILMCCD-RAW', '\0MRM', 'FOVb', 'IIIITwaR', 'MMMMRawT'],
];

/** Formats whose first bytes vary, as Latin-1. */
const PATTERNS = [
  /^RIFF[^]{4}WEBP/,
  /^[^]{4}ftyp(?:[^]{8}(?:[^]{4}){0,15}?)?(?:avi[fs]|avc[is]|hei[cxms]|hev[cxms]|mif[123]|msf1|crx )/, // major or compatible brand
  /^BM[^]{4}\0{4}[^]{4}[\x0c\x10\x28\x34\x38\x40\x6c\x7c]\0{3}/, // sizes of the known headers
  /^\xff\x0a(?!\0{6})/, // JPEG XL; safetensors may begin with the same two bytes of a 64-bit number
  /^P[1-6]\s+[#\d]/,
  /^P7\s+(?:#|WIDTH)/,
  /^P[Ff]\n/,
  /^\0\0[\x01\x02]\0[\x01-\xff]\0/, // ICO and CUR with 1 to 255 images
  /^\x0a[\0\x02-\x05]\x01[\x01\x02\x04\x08]/, // PCX
  /^\x01\0{3}[^]{36} EMF/,
  /^#define\s+\w+_width\s/, // XBM
  /^[^]{128}DICM/,
];
const TGA_END = 'TRUEVISION-XFILE.\0';

/**
 * Whether a file with this beginning (decoded as UTF-8 or Latin-1) is an SVG. Before the element it may have an XML declaration, comments and
 * a document type. Comments are removed first: a pattern that matches them would take exponential time.
 */
export const isSvg = (start: string): boolean =>
  /^(?:\xef\xbb\xbf)?\s*(?:<\?xml[^]*?\?>\s*)?(?:<!DOCTYPE svg[^]*?)?<svg[\s/>]/i.test(start.replace(/<!--[^]*?-->/g, ''));

const START_BYTES = 65_536; // an SVG may begin with long comments

/** Whether a file has the extension or the first bytes of an image. False if it has no such extension and can't be read. */
export function isAnyImage(path: string): boolean {
  if (hasImageExtension(path) || EXTENSIONS.has(extensionOf(path))) return true;
  try {
    const file = openSync(path, 'r');
    try {
      const start = read(file, 0, START_BYTES);
      const end = read(file, Math.max(0, fstatSync(file).size - TGA_END.length), TGA_END.length);
      return (
        STARTS.some((magic) => start.startsWith(magic)) ||
        PATTERNS.some((pattern) => pattern.test(start)) ||
        isSvg(withoutUtf16(start)) ||
        end === TGA_END
      );
    } finally {
      closeSync(file);
    }
  } catch {
    return false;
  }
}

/** Text in UTF-16 as Latin-1: its ASCII characters are legible without the zero bytes between them. */
const withoutUtf16 = (start: string): string => (/^(?:\xff\xfe|\xfe\xff)/.test(start) ? start.slice(2).replaceAll('\0', '') : start);

function read(file: number, position: number, length: number): string {
  const bytes = Buffer.alloc(length);
  return bytes.toString('latin1', 0, readSync(file, bytes, 0, length, position));
}
