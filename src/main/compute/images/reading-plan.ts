import type { Metadata, SharpOptions } from 'sharp';
import { labToRgb, pickBands, type ToRgb } from './bands.ts';
import { isAvifSequence, isIosPng, isPremultipliedAvif, jpegFrame, readNetpbm } from './headers.ts';
import type { ImageFormat } from './image-kinds.ts';
import { colourBands, type ExtraBand, extraBands, mainPage, PHOTOMETRIC, readTiff, unreadableReason, type Tiff, type TiffPage } from './tiff.ts';

/** How a file's content becomes RGB: the input of libvips, and the conversion of the bands that it decodes. */

/** Background of transparent pixels: neutral, and near the mean of most preprocessing. */
export const MID_GREY = 128;

export interface Reading {
  input: Buffer | Uint8Array;
  options: SharpOptions;
  /** Converts the decoded bands to RGB; null: libvips does it. */
  toRgb: ToRgb | null;
  /** 16-bit samples: the value of full intensity, where it is not 65535. */
  range: number | null;
  /** Whether only the data set can tell which part of 16 bits is used. */
  rangeUnknown: boolean;
  /** A JPEG without its end marker: only decoding all of it, without shrinking on load, shows whether data are missing. */
  lacksEndMarker: boolean;
  facts: string[]; // how the file is read, in sentences for the user
}

export interface ReadingPlan {
  input: Reading['input'];
  options: SharpOptions;
  forHeader(header: Metadata): Reading;
}

type Unreadable = { reason: string };

const FULL = 65535;
// 'error' includes 'truncated' and adds checksum errors, but not the harmless warnings that many cameras' files cause.
const STRICT: SharpOptions = { failOn: 'error', limitInputPixels: false };

/** The value of full intensity of 16-bit samples: stated by the file, else by the data set. Null: all bits, or not 16 bit. */
function rangeOf({ depth, space }: Metadata, stated: number | null, sampleBits: number | null): number | null {
  if (depth !== 'ushort' || (space !== 'grey16' && space !== 'rgb16')) return null;
  const range = stated ?? (sampleBits === null ? FULL : 2 ** sampleBits - 1);
  return range < FULL ? range : null;
}

const PLAIN = { toRgb: null, range: null, rangeUnknown: false, lacksEndMarker: false, facts: [] } satisfies Partial<Reading>;

const plain = (input: Reading['input'], options: SharpOptions, more: Partial<Reading> = {}): ReadingPlan => ({
  input,
  options,
  forHeader: () => ({ input, options, ...PLAIN, ...more }),
});

const CUT = 'The file was cut short:';
const ROWS_MISSING = `${CUT} the JPEG’s end marker is missing. Up to 8 rows of pixels at the end of the data may be missing, too.`;
const COMPLETE = `${CUT} the JPEG’s end marker is missing. No pixels are missing.`;
const LESS_DETAIL = `${CUT} the last scans of a progressive JPEG are missing. All rows are there, but the finest differences of brightness or colour are missing in the whole image.`;

function jpegPlan(bytes: Buffer): ReadingPlan | Unreadable | null {
  const frame = jpegFrame(bytes);
  if (frame === null) return null;
  if (frame.lossless) return { reason: "is a lossless JPEG, which Twinlens can't read; save it as PNG" };
  if (frame.bits !== 8) return { reason: `is a JPEG with ${frame.bits} bits per channel, which Twinlens can't read; save it with 8 bits` };
  if (frame.hasEndMarker) return plain(bytes, STRICT);
  const { several, missing } = frame.scans;
  if (missing === 'frequencies') return null; // libjpeg would decode squares of 8 px, or omit a colour, without a warning
  // With an end marker added, data that end too early give a warning; complete data give none. libvips checks for warnings before
  // each strip of 8 rows, so it does not notice data missing from the last strip only, unless there are several scans, which libjpeg reads
  // first.
  const fact = missing === 'refinements' ? LESS_DETAIL : several ? COMPLETE : ROWS_MISSING;
  return plain(Buffer.concat([bytes, Buffer.from([0xff, 0xd9])]), { ...STRICT, failOn: 'warning' }, { lacksEndMarker: true, facts: [fact] });
}

/** The plan of PNG: 16-bit files don't say reliably which bits they use (sBIT describes samples that were scaled to 16 bit). */
function pngPlan(bytes: Buffer, sampleBits: number | null): ReadingPlan | Unreadable {
  if (isIosPng(bytes)) return { reason: "is a PNG optimised for iOS (CgBI), which Twinlens can't read; save it as an ordinary PNG" };
  return {
    input: bytes,
    options: STRICT,
    forHeader: (header) => withRange({ input: bytes, options: STRICT, facts: [] }, header, { stated: null, sampleBits, alpha: 3 }),
  };
}

interface Range {
  stated: number | null;
  sampleBits: number | null;
  alpha: number; // its band where there is one, colours counted as three
}

/** libvips scales colours only; where alpha has the same range the bands are converted here. */
function withRange(base: Pick<Reading, 'input' | 'options' | 'facts'>, header: Metadata, { stated, sampleBits, alpha }: Range): Reading {
  const range = rangeOf(header, stated, sampleBits);
  const toRgb: ToRgb | null =
    range !== null && header.hasAlpha ? (bands) => pickBands(bands, { alpha, premultiplied: false, behind: MID_GREY, range }) : null;
  const rangeUnknown = stated === null && header.depth === 'ushort' && (header.space === 'grey16' || header.space === 'rgb16');
  return { ...PLAIN, ...base, toRgb, range, rangeUnknown };
}

function avifPlan(bytes: Buffer): ReadingPlan {
  const sequence = isAvifSequence(bytes);
  const input = sequence ? Buffer.from(bytes) : bytes;
  if (sequence) input.write('avif', 8, 'latin1');
  const facts = sequence ? ['The first image of a sequence.'] : [];
  if (!isPremultipliedAvif(bytes)) return plain(input, STRICT, { facts });
  return {
    input,
    options: STRICT,
    forHeader: ({ hasAlpha, depth }) => {
      const range = depth === 'ushort' ? FULL : 255;
      const toRgb: ToRgb = (bands) => pickBands(bands, { alpha: 3, premultiplied: true, behind: MID_GREY, range });
      return { input, options: STRICT, ...PLAIN, toRgb: hasAlpha ? toRgb : null, facts };
    },
  };
}

function netpbmPlan(bytes: Buffer): ReadingPlan | null {
  const read = readNetpbm(bytes);
  if (read?.samples == null) return null;
  const { width, height, channels, max, samples } = read;
  const eight = max === 255 ? (samples as Uint8Array) : Uint8Array.from(samples, (v) => Math.round((Math.min(v, max) * 255) / max));
  return plain(eight, { ...STRICT, raw: { width, height, channels } });
}

function tiffFacts({ pages }: Tiff, page: TiffPage, extras: readonly ExtraBand[], alpha: number, stated: number | null): string[] {
  const facts: string[] = [];
  const colours = page.samples - extras.length;
  if (page.photometric === PHOTOMETRIC.blackIsZero && colours === 3) facts.push('Bands without stated colours: taken as red, green and blue.');
  const unused = extras.map((what, i) => `${colours + i + 1} (${what})`).filter((_, i) => i !== alpha);
  if (unused.length > 0) {
    const shown = colours === 1 ? 'The first band is' : `The first ${colours === 3 ? 'three' : 'four'} bands are`;
    facts.push(`${shown} the image. Not used: band ${unused.join(', ')}.`);
  }
  if (page.index > 0) facts.push(`Page ${page.index + 1} of ${pages.length}: the largest that is not a preview.`);
  if (page.photometric === PHOTOMETRIC.cieLab) facts.push('CIE L*a*b*, converted to sRGB.');
  if (stated !== null) facts.push(`16-bit file with values up to ${stated}, as it states; they are stretched to the full range.`);
  return facts;
}

function tiffPlan(bytes: Buffer, sampleBits: number | null): ReadingPlan | Unreadable | null {
  const tiff = readTiff(bytes);
  const page = mainPage(tiff);
  if (page === null) return null;
  const reason = unreadableReason(tiff, page);
  if (reason !== null) return { reason };
  const colours = colourBands(page);
  const extras = extraBands(page);
  const alpha = extras.findIndex((what) => what !== 'unspecified');
  const isLab = page.photometric === PHOTOMETRIC.cieLab;
  const stated = page.bits === 16 && page.maxSample !== null && page.maxSample < FULL ? page.maxSample : null;
  // The file is declared as RGB, so that libvips does not convert L*a*b* or bands of black-is-zero.
  const asRgb = isLab || (page.photometric === PHOTOMETRIC.blackIsZero && colours === 3);
  const input = asRgb ? Buffer.from(bytes) : bytes;
  if (asRgb && page.photometricAt >= 0) {
    if (tiff.littleEndian) input.writeUInt16LE(PHOTOMETRIC.rgb, page.photometricAt);
    else input.writeUInt16BE(PHOTOMETRIC.rgb, page.photometricAt);
  }
  const options: SharpOptions = {
    ...STRICT,
    limitInputChannels: 0,
    ...(page.index > 0 ? { page: page.index } : {}),
    ...(isLab ? { ignoreIcc: true } : {}),
  };
  const facts = tiffFacts(tiff, page, extras, alpha, stated);
  const converted = isLab || extras.length > (alpha === 0 ? 1 : 0);
  return {
    input,
    options,
    forHeader: (header) => {
      if (!converted) return withRange({ input, options, facts }, header, { stated, sampleBits, alpha: 3 });
      const range = rangeOf(header, stated, sampleBits) ?? (header.depth === 'ushort' ? FULL : 255);
      // libvips converts grey to three bands and CMYK into RGB, so the extra bands begin with the fourth.
      const picked = { alpha: alpha < 0 ? null : 3 + alpha, premultiplied: false, behind: MID_GREY, range };
      const toRgb: ToRgb = isLab ? labToRgb : (bands) => pickBands(bands, picked);
      return { input, options, ...PLAIN, toRgb, rangeUnknown: !isLab && stated === null && header.depth === 'ushort', facts };
    },
  };
}

/** The plan for a file; why an intact file can't be read; or null for one without a usable header. */
export function readingOf(format: ImageFormat, bytes: Buffer, sampleBits: number | null): ReadingPlan | Unreadable | null {
  switch (format) {
    case 'JPEG':
      return jpegPlan(bytes);
    case 'PNG':
      return pngPlan(bytes, sampleBits);
    case 'TIFF':
      return tiffPlan(bytes, sampleBits);
    case 'AVIF':
      return avifPlan(bytes);
    case 'Netpbm':
      return netpbmPlan(bytes);
    default:
      return plain(bytes, STRICT);
  }
}
