/** What the headers of JPEG, PNG, AVIF and Netpbm files say. Reads bytes only; decodes nothing. */

const ascii = (bytes: Uint8Array, from: number, to: number): string => String.fromCharCode(...bytes.subarray(from, to));

export interface JpegFrame {
  bits: number; // of a sample
  lossless: boolean;
  progressive: boolean;
  hasEndMarker: boolean;
  scans: JpegScans;
}

export interface JpegScans {
  /** Whether there are several scans, so that libjpeg reads them all before it returns the first row. */
  several: boolean;
  /** What a file that ends too early lacks: whole frequencies of a component, or only low bits of their values; null: nothing. */
  missing: 'frequencies' | 'refinements' | null;
}

/** The frame header (ITU T.81, B.2.2). Null without one. */
export function jpegFrame(bytes: Uint8Array): JpegFrame | null {
  for (let at = 2; at + 9 < bytes.length;) {
    if (bytes[at] !== 0xff) {
      at++; // bytes between segments are skipped, as libjpeg does
      continue;
    }
    const marker = bytes[at + 1]!;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) {
      const coding = marker & 3; // 0 baseline, 1 extended, 2 progressive, 3 lossless; the same within each group of four
      return {
        bits: bytes[at + 4]!,
        lossless: coding === 3,
        progressive: coding === 2,
        // A thumbnail before the frame header has an end marker, too: not searched. Programs append data of any length.
        hasEndMarker: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf('\xff\xd9', at, 'latin1') >= 0,
        scans: scansAfter(bytes, at),
      };
    }
    const isStandalone = marker === 0xff || marker === 1 || (marker >= 0xd0 && marker <= 0xd8); // without a length
    at += isStandalone ? (marker === 0xff ? 1 : 2) : 2 + ((bytes[at + 2]! << 8) | bytes[at + 3]!);
  }
  return null;
}

const UNSENT = 16; // no bit was sent: a scan leaves out at most 15

/** The scans after the frame header at `frame` (ITU T.81, B.2.3 and G.1.1). */
function scansAfter(bytes: Uint8Array, frame: number): JpegScans {
  // For each component and frequency: the number of low bits that no scan has sent yet.
  const unsent = new Map<number, Uint8Array>();
  for (let i = 0; i < bytes[frame + 9]!; i++) unsent.set(bytes[frame + 10 + 3 * i]!, new Uint8Array(64).fill(UNSENT));
  let scans = 0;
  let largest = 0; // components of a scan
  for (let at = frame; at + 4 < bytes.length;) {
    const marker = bytes[at + 1]!;
    if (bytes[at] !== 0xff || marker === 0 || marker === 0xff || (marker >= 0xd0 && marker <= 0xd9)) {
      at++; // entropy-coded data
      continue;
    }
    if (marker === 0xda) {
      const components = bytes[at + 4]!;
      const [first = 0, last = 63, bits = 0] = bytes.subarray(at + 5 + 2 * components);
      for (let i = 0; i < components; i++) unsent.get(bytes[at + 5 + 2 * i]!)?.fill(bits & 15, first, last + 1);
      scans++;
      largest = Math.max(largest, components);
    }
    at += 2 + ((bytes[at + 2]! << 8) | bytes[at + 3]!);
  }
  const left = Math.max(...[...unsent.values()].flatMap((values) => [...values]), 0);
  return {
    several: scans > 1 || largest < unsent.size,
    missing: left === UNSENT ? 'frequencies' : left > 0 ? 'refinements' : null,
  };
}

/** PNGs that Xcode optimised for iOS: BGR, premultiplied and without zlib's header; other programs can't read them. */
export const isIosPng = (bytes: Uint8Array): boolean => ascii(bytes, 12, 16) === 'CgBI';

const PNG_SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }; // samples per pixel, by colour type

/** Bytes of all rows of a PNG before compression, each with its filter byte (PNG, third edition, 11.2.1). 0 without a usable IHDR chunk. */
export function pngRawBytes(bytes: Uint8Array): number {
  const samples = PNG_SAMPLES[bytes[25] ?? -1];
  if (samples === undefined || ascii(bytes, 12, 16) !== 'IHDR') return 0;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return view.getUint32(20) * (1 + Math.ceil((view.getUint32(16) * samples * bytes[24]!) / 8));
}

/** AVIF whose major brand is that of a sequence; libvips reads its still image only under the brand of a still one. */
export const isAvifSequence = (bytes: Uint8Array): boolean => ascii(bytes, 8, 12) === 'avis';

/** Whether an AVIF's colours are multiplied with its alpha: an item reference 'prem' (ISO 23008-12, 7.3.5.2) in the meta box. */
export function isPremultipliedAvif(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const find = (from: number, to: number, type: string): [number, number] | null => {
    for (let at = from; at + 8 <= to;) {
      const size = view.getUint32(at) || to - at;
      if (size < 8) return null;
      if (ascii(bytes, at + 4, at + 8) === type) return [at + 8, Math.min(to, at + size)];
      at += size;
    }
    return null;
  };
  const meta = find(0, bytes.length, 'meta');
  const references = meta && find(meta[0] + 4, meta[1], 'iref'); // version and flags come first
  return references !== null && find(references[0] + 4, references[1], 'prem') !== null;
}

export interface Netpbm {
  width: number;
  height: number;
  channels: 1 | 3;
  max: number; // value of white, 1..65535
  samples: Uint8Array | Uint16Array | null; // null: the file ends too early
}

const NETPBM = /^P([2356])((?:\s+|#[^\n\r]*[\n\r])+)(\d{1,9})((?:\s+|#[^\n\r]*[\n\r])+)(\d{1,9})((?:\s+|#[^\n\r]*[\n\r])+)(\d{1,5})\s/;

export const isNetpbm = (bytes: Uint8Array): boolean => NETPBM.test(ascii(bytes, 0, 1024));

/** PGM and PPM, plain (P2, P3) and binary (P5, P6). Null for another kind. */
export function readNetpbm(bytes: Uint8Array): Netpbm | null {
  const match = NETPBM.exec(ascii(bytes, 0, 1024));
  if (!match) return null;
  const [width, height, max] = [Number(match[3]), Number(match[5]), Number(match[7])] as const;
  const channels = match[1] === '2' || match[1] === '5' ? 1 : 3;
  const count = width * height * channels;
  if (count === 0 || max < 1 || max > 65535) return null;
  const header = { width, height, channels, max } as const;
  const data = bytes.subarray(match[0].length);
  const wide = max > 255;
  if (match[1] === '5' || match[1] === '6') {
    if (data.length < count * (wide ? 2 : 1)) return { ...header, samples: null };
    if (!wide) return { ...header, samples: data.subarray(0, count) };
    return { ...header, samples: Uint16Array.from({ length: count }, (_, i) => (data[2 * i]! << 8) | data[2 * i + 1]!) }; // big endian
  }
  const samples = wide ? new Uint16Array(count) : new Uint8Array(count);
  let filled = 0;
  let value = -1;
  for (let i = 0; i <= data.length && filled < count; i++) {
    const byte = data[i] ?? 32;
    if (byte >= 48 && byte <= 57) value = Math.max(0, value) * 10 + byte - 48;
    else if (value >= 0) {
      samples[filled++] = Math.min(value, max);
      value = -1;
    }
  }
  return { ...header, samples: filled === count ? samples : null };
}
