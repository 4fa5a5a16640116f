/** What is measured of every image, in the order of a stored row. domain/content/quality.ts computes them. */
export const QUALITY_NUMBERS = [
  'sharpness', // variance of the Laplacian over the standard deviation of the grey values, 0..8160
  'highlights', // 99th percentile of brightness, 0..255
  'shadows', // 5th percentile of brightness, 0..255
  'entropy', // of grey values, bits, 0..8
  'aspect', // longer side over shorter side, >= 1
  'side', // of a square of the same area, px
  'colour', // 99th percentile of the difference of the channels, 0..255
  'contrast', // standard deviation of the colours, 0..127.5
] as const;
export type QualityNumber = (typeof QUALITY_NUMBERS)[number];

/** Names of flags, in the order of the bits of flagBits. */
export const QUALITY_FLAGS = ['dark', 'bright', 'near-uniform', 'blurred', 'low-information', 'odd-aspect', 'tiny', 'grey'] as const;
export type QualityFlag = (typeof QUALITY_FLAGS)[number];

export type QualityThresholds = Record<QualityFlag, number>;

export interface QualityFlagInfo {
  number: QualityNumber;
  /** An image has the flag if its number is on this side of the threshold, which itself is not. */
  side: 'below' | 'above';
  threshold: number; // default
  least: number; // range of the slider and of the histogram
  most: number;
  scale: 'linear' | 'log';
  /** Flags that explain this one: an image that has one of them does not get it. */
  unless: readonly QualityFlag[];
}

/**
 * Default thresholds lie between the flawed and the other images of one planted set (scripts/measure/planted-set.mjs, seed 11: flowers and
 * bedrooms; that of blurred on seeds 31 to 33, too), at about their geometric mean. BENCHMARKS.md has the figures on other seeds and photographs.
 */
export const QUALITY_INFO: Record<QualityFlag, QualityFlagInfo> = {
  dark: { number: 'highlights', side: 'below', threshold: 55, least: 0, most: 255, scale: 'linear', unless: [] },
  bright: { number: 'shadows', side: 'above', threshold: 212, least: 0, most: 255, scale: 'linear', unless: [] },
  'near-uniform': { number: 'contrast', side: 'below', threshold: 2.4, least: 0.1, most: 100, scale: 'log', unless: ['dark', 'bright'] },
  blurred: {
    ...{ number: 'sharpness', side: 'below', threshold: 0.25, least: 0.01, most: 1000, scale: 'log' },
    unless: ['dark', 'bright', 'near-uniform'],
  },
  'low-information': {
    ...{ number: 'entropy', side: 'below', threshold: 1.2, least: 0, most: 8, scale: 'linear' },
    unless: ['dark', 'bright', 'near-uniform'],
  },
  'odd-aspect': { number: 'aspect', side: 'above', threshold: 4, least: 1, most: 20, scale: 'log', unless: [] },
  tiny: { number: 'side', side: 'below', threshold: 40, least: 4, most: 10_000, scale: 'log', unless: [] },
  grey: { number: 'colour', side: 'below', threshold: 8, least: 0, most: 255, scale: 'linear', unless: ['near-uniform'] },
};

/** What is measured of some images: rows as QUALITY_NUMBERS. */
export interface QualityRows {
  numbers: Float32Array; // [n, QUALITY_NUMBERS.length]; NaN: not defined, or not measured
}

/** What flags need to know of the whole data set. */
export interface QualityContext {
  medianSide: number; // px, `side` of the measured images; NaN without any
  greyShare: number; // of the measured images with `colour` below the threshold of grey, 0..1
}

export const rowCount = ({ numbers }: QualityRows): number => numbers.length / QUALITY_NUMBERS.length;

/** The numbers of one kind of all rows, [n]. */
export function columnOf({ numbers }: QualityRows, name: QualityNumber): Float32Array {
  const width = QUALITY_NUMBERS.length;
  const at = QUALITY_NUMBERS.indexOf(name);
  return Float32Array.from({ length: numbers.length / width }, (_, i) => numbers[i * width + at]!);
}

/** `greyBelow`: the threshold of grey. */
export function contextOf(rows: QualityRows, greyBelow: number): QualityContext {
  const sides = columnOf(rows, 'side').filter((side) => !Number.isNaN(side));
  sides.sort();
  const colours = columnOf(rows, 'colour').filter((colour) => !Number.isNaN(colour));
  const grey = colours.reduce((sum, colour) => sum + (colour < greyBelow ? 1 : 0), 0);
  return { medianSide: sides.length === 0 ? NaN : sides[sides.length >> 1]!, greyShare: colours.length === 0 ? 0 : grey / colours.length };
}

/** Thresholds of a data set: chosen ones, else the defaults. Images count as tiny from a quarter of the median side down, and never from more than 40 px. */
export function thresholdsFor(chosen: Partial<QualityThresholds>, { medianSide }: QualityContext): QualityThresholds {
  const tiny = medianSide > 0 ? Math.min(QUALITY_INFO.tiny.threshold, Math.round(medianSide / 4)) : QUALITY_INFO.tiny.threshold;
  return Object.fromEntries(
    QUALITY_FLAGS.map((flag) => [flag, chosen[flag] ?? (flag === 'tiny' ? tiny : QUALITY_INFO[flag].threshold)]),
  ) as QualityThresholds;
}

const MOSTLY = 0.5; // share of grey images from which grey is no flaw

/** Whether most images are grey, so that grey ones are not flagged. */
export const isGreySet = ({ greyShare }: QualityContext): boolean => greyShare >= MOSTLY;

/** The flags of each row, [n]: bit i is QUALITY_FLAGS[i]. */
export function flagBits(rows: QualityRows, thresholds: QualityThresholds, context: QualityContext): Uint8Array {
  const width = QUALITY_NUMBERS.length;
  const n = rowCount(rows);
  const bits = new Uint8Array(n);
  for (const [i, flag] of QUALITY_FLAGS.entries()) {
    if (flag === 'grey' && isGreySet(context)) continue;
    const { number, side, unless } = QUALITY_INFO[flag];
    const threshold = thresholds[flag];
    const explained = bitsOf(unless);
    const at = QUALITY_NUMBERS.indexOf(number);
    for (let row = 0; row < n; row++) {
      const value = rows.numbers[row * width + at]!;
      const isBeyond = side === 'below' ? value < threshold : value > threshold; // false for NaN
      if (isBeyond && (bits[row]! & explained) === 0) bits[row]! |= 1 << i;
    }
  }
  return bits;
}

export const bitOf = (flag: QualityFlag): number => 1 << QUALITY_FLAGS.indexOf(flag);
export const bitsOf = (flags: readonly QualityFlag[]): number => flags.reduce((bits, flag) => bits | bitOf(flag), 0);
export const flagsIn = (bits: number): QualityFlag[] => QUALITY_FLAGS.filter((flag) => (bits & bitOf(flag)) !== 0);

/** "Not a problem" of a person, for one flag of one image. */
export interface AcceptedFlag {
  image: number; // id
  flag: QualityFlag;
}

/** All that is known of the quality of a data set's images. */
export interface DatasetQuality extends QualityRows {
  dataset: string; // id
  ids: Int32Array; // [n] of all images, ascending
  measured: number; // images that have numbers
  excluded: Uint8Array; // [n] 1: excluded
  chosen: Partial<QualityThresholds>; // by a person
  accepted: AcceptedFlag[];
}

/** A flag of an image and what it was decided by. */
export interface ImageFlag {
  flag: QualityFlag;
  value: number;
  threshold: number;
}

/** With `accepted` flags taken out. */
export function flagsOfDataset(quality: DatasetQuality, thresholds: QualityThresholds, context: QualityContext): Uint8Array {
  const bits = flagBits(quality, thresholds, context);
  const positions = new Map<number, number>();
  if (quality.accepted.length > 0) for (const [i, id] of quality.ids.entries()) positions.set(id, i);
  for (const { image, flag } of quality.accepted) {
    const at = positions.get(image);
    if (at !== undefined) bits[at]! &= ~bitOf(flag);
  }
  return bits;
}
