/** Directories of a TIFF or BigTIFF (TIFF 6.0; BigTIFF of libtiff), read without decoding. Offsets are checked: a damaged file ends early. */

/** Meaning of a band beyond those of the colour (tag 338, ExtraSamples). */
export type ExtraBand = 'unspecified' | 'associated alpha' | 'unassociated alpha';

export interface TiffPage {
  index: number; // among the pages; -1 for a SubIFD
  width: number; // px, as stored
  height: number;
  bits: number; // of the first sample
  float: boolean;
  samples: number;
  photometric: number;
  photometricAt: number; // offset of the tag's value
  compression: number;
  extras: ExtraBand[];
  reduced: boolean; // a smaller copy or a mask of another page
  maxSample: number | null; // as stated (tag 281 or 341)
}

export interface Tiff {
  littleEndian: boolean;
  pages: TiffPage[];
  subIfds: TiffPage[]; // SubIFDs of all pages
  cameraRaw: boolean;
}

export const PHOTOMETRIC = { whiteIsZero: 0, blackIsZero: 1, rgb: 2, mask: 4, separated: 5, cieLab: 8, cfa: 32803, linearRaw: 34892 } as const;
const TYPE_BYTES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8]; // by TIFF field type
const MAX_PAGES = 10_000;
const EXTRA: ExtraBand[] = ['unspecified', 'associated alpha', 'unassociated alpha'];

interface Field {
  at: number; // offset of the values
  type: number;
  count: number;
}

class Reader {
  readonly littleEndian: boolean;
  readonly big: boolean;
  private readonly view: DataView;

  constructor(bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.littleEndian = bytes[0] === 0x49;
    this.big = this.readInteger(2, 3) === 43;
  }

  /** A whole number of a field type; 0 beyond the end. */
  readInteger(at: number, type: number): number {
    const size = TYPE_BYTES[type] ?? 0;
    if (size === 0 || at < 0 || at + size > this.view.byteLength) return 0;
    switch (type) {
      case 3:
        return this.view.getUint16(at, this.littleEndian);
      case 4:
      case 13:
        return this.view.getUint32(at, this.littleEndian);
      case 8:
        return this.view.getInt16(at, this.littleEndian);
      case 16:
      case 18:
        return Number(this.view.getBigUint64(at, this.littleEndian));
      default:
        return size === 1 ? this.view.getUint8(at) : 0;
    }
  }

  /** The fields of a directory by tag, and the offset of the next one. */
  directory(at: number): { fields: Map<number, Field>; next: number } {
    const [entry, inline, countBytes] = this.big ? [20, 8, 8] : [12, 4, 2];
    const offsetType = this.big ? 16 : 4;
    const entries = Math.min(this.readInteger(at, this.big ? 16 : 3), 4096);
    const fields = new Map<number, Field>();
    for (let i = 0; i < entries; i++) {
      const start = at + countBytes + i * entry;
      const type = this.readInteger(start + 2, 3);
      const count = this.readInteger(start + 4, offsetType);
      const value = start + entry - inline;
      const fits = count * (TYPE_BYTES[type] ?? 0) <= inline;
      fields.set(this.readInteger(start, 3), { at: fits ? value : this.readInteger(value, offsetType), type, count });
    }
    return { fields, next: this.readInteger(at + countBytes + entries * entry, offsetType) };
  }

  values({ at, type, count }: Field, most = 256): number[] {
    return Array.from({ length: Math.min(count, most) }, (_, i) => this.readInteger(at + i * (TYPE_BYTES[type] ?? 0), type));
  }
}

function pageOf(reader: Reader, fields: Map<number, Field>, index: number): TiffPage {
  const values = (tag: number): number[] => {
    const field = fields.get(tag);
    return field ? reader.values(field) : [];
  };
  const first = (tag: number, otherwise: number): number => values(tag)[0] ?? otherwise;
  const subfile = first(254, 0);
  const stated = Math.max(0, ...values(281), ...values(341));
  return {
    index,
    width: first(256, 0),
    height: first(257, 0),
    bits: first(258, 1),
    float: first(339, 1) === 3,
    samples: first(277, 1),
    photometric: first(262, -1),
    photometricAt: fields.get(262)?.at ?? -1,
    compression: first(259, 1),
    extras: values(338).map((kind) => EXTRA[kind] ?? 'unspecified'),
    reduced: (subfile & 5) !== 0 || first(255, 0) === 2, // bit 0: reduced resolution, bit 2: mask; old tag: 2 = reduced
    maxSample: stated > 0 ? stated : null,
  };
}

export function readTiff(bytes: Uint8Array): Tiff {
  const reader = new Reader(bytes);
  const tiff: Tiff = { littleEndian: reader.littleEndian, pages: [], subIfds: [], cameraRaw: false };
  const seen = new Set<number>();
  let at = reader.big ? reader.readInteger(8, 16) : reader.readInteger(4, 4);
  while (at > 0 && at < bytes.length && !seen.has(at) && seen.size < MAX_PAGES) {
    seen.add(at);
    const { fields, next } = reader.directory(at);
    tiff.pages.push(pageOf(reader, fields, tiff.pages.length));
    for (const below of fields.has(330) ? reader.values(fields.get(330)!) : []) {
      if (below > 0 && below < bytes.length) tiff.subIfds.push(pageOf(reader, reader.directory(below).fields, -1));
    }
    if (fields.has(50706)) tiff.cameraRaw = true; // DNGVersion
    at = next;
  }
  if ([...tiff.pages, ...tiff.subIfds].some(({ photometric }) => photometric === PHOTOMETRIC.cfa || photometric === PHOTOMETRIC.linearRaw)) {
    tiff.cameraRaw = true;
  }
  return tiff;
}

/** The largest page that is no smaller copy of another; the first of equal ones. Null without a page. */
export function mainPage({ pages }: Tiff): TiffPage | null {
  const whole = pages.filter(({ reduced }) => !reduced);
  const area = ({ width, height }: TiffPage): number => width * height;
  return (whole.length > 0 ? whole : pages).reduce<TiffPage | null>((best, page) => (best && area(best) >= area(page) ? best : page), null);
}

/** Colour bands of a page, by its photometric interpretation. Three or more bands of black-is-zero are taken as red, green and blue. */
export function colourBands({ photometric, samples }: TiffPage): number {
  if (photometric === PHOTOMETRIC.separated) return 4;
  const isGrey = photometric === PHOTOMETRIC.whiteIsZero || photometric === PHOTOMETRIC.blackIsZero;
  return isGrey && samples >= 3 ? 3 : Math.min(samples, isGrey || photometric === 3 || photometric === PHOTOMETRIC.mask ? 1 : 3);
}

/** The bands beyond the colour, each with its meaning. A band that tag 338 does not mention is unspecified. */
export function extraBands(page: TiffPage): ExtraBand[] {
  const count = Math.max(0, page.samples - colourBands(page));
  const stated = page.extras.slice(Math.max(0, page.extras.length - count));
  return Array.from({ length: count }, (_, i) => stated[i] ?? 'unspecified');
}

const COMPRESSIONS: Record<number, string> = {
  6: 'old-style JPEG',
  9: 'JBIG',
  10: 'JBIG',
  34661: 'JBIG',
  34676: 'SGI LogLuv',
  34677: 'SGI LogLuv',
  34712: 'JPEG 2000',
  34887: 'LERC',
  34925: 'LZMA',
  50000: 'Zstandard',
  50002: 'JPEG XL',
  52546: 'JPEG XL',
};
const MODELS: Record<number, string> = {
  [PHOTOMETRIC.mask]: 'a transparency mask',
  9: 'ICC L*a*b*',
  10: 'ITU L*a*b*',
  32844: 'LogL',
  32845: 'LogLuv',
};

/** Why an intact page can't be read, as words that follow the file's name; null where it can. */
export function unreadableReason({ pages, subIfds, cameraRaw }: Tiff, page: TiffPage): string | null {
  if (cameraRaw) return "is a camera raw file, a format that Twinlens can't read; save it as JPEG or PNG";
  const { bits, float, samples, photometric, compression } = page;
  const advice = 'save it with 8 or 16 bits per channel';
  if (page.reduced && subIfds.some(({ reduced }) => !reduced)) return `has only a preview as its page, and the image in a SubIFD; ${advice}`;
  if (float || bits > 16) return 'contains measurements rather than a photograph (neither 8 nor 16 bits per channel); save it as an 8-bit PNG';
  if (![1, 2, 4, 8, 16].includes(bits) || (bits < 8 && samples > 1))
    return `stores ${bits} bits per channel, packed, which Twinlens can't read; ${advice}`;
  const words = COMPRESSIONS[compression];
  if (words !== undefined) return `is compressed as ${words}, which Twinlens can't read; save it with LZW or Deflate compression, or as PNG`;
  const model = MODELS[photometric];
  if (model !== undefined) return `contains ${model}, which Twinlens can't read; save it as an RGB TIFF or PNG`;
  if (photometric === PHOTOMETRIC.whiteIsZero && samples > 2 && pages.length > 0)
    return `has ${samples} bands with white as zero, which Twinlens can't read; save it as an RGB TIFF`;
  return null;
}
