import {
  bitOf,
  bitsOf,
  columnOf,
  type DatasetQuality,
  QUALITY_FLAGS,
  QUALITY_INFO,
  type QualityFlag,
  type QualityFlagInfo,
} from '../../../../shared/quality.ts';

/** A number's place in the range of a flag, 0..1: linear, or by its logarithm. */
export function positionOf({ least, most, scale }: QualityFlagInfo, value: number): number {
  const at = scale === 'log' ? Math.log(Math.max(value, least) / least) / Math.log(most / least) : (value - least) / (most - least);
  return Math.min(1, Math.max(0, at));
}

/** The number at a place of the range, with three figures. */
export function valueAt({ least, most, scale }: QualityFlagInfo, position: number): number {
  const value = scale === 'log' ? least * (most / least) ** position : least + position * (most - least);
  return Number(value.toPrecision(3));
}

/** Images by their place in the range of a flag, [bins]. Numbers that are not defined are left out. */
export function histogramOf(quality: DatasetQuality, flag: QualityFlag, bins: number): number[] {
  const info = QUALITY_INFO[flag];
  const counts = new Array<number>(bins).fill(0);
  for (const [i, value] of columnOf(quality, info.number).entries())
    if (!Number.isNaN(value) && quality.excluded[i] === 0) counts[Math.min(bins - 1, Math.floor(positionOf(info, value) * bins))]!++;
  return counts;
}

/**
 * Rows that have any or all of the flags: those with the flag `first`, then those with each other flag. Of each flag, those farthest beyond its
 * threshold come first.
 */
export function flaggedRows(
  quality: DatasetQuality,
  bits: Uint8Array,
  { flags, combine, first }: { flags: readonly QualityFlag[]; combine: 'any' | 'all'; first: QualityFlag },
): number[] {
  const wanted = bitsOf(flags);
  const isListed = (own: number): boolean => (combine === 'all' ? (own & wanted) === wanted : (own & wanted) !== 0);
  const rest = new Set<number>();
  for (const [i, own] of bits.entries()) if (isListed(own)) rest.add(i);
  const rows: number[] = [];
  for (const flag of flags.toSorted((a, b) => Number(b === first) - Number(a === first))) {
    const { number, side } = QUALITY_INFO[flag];
    const column = columnOf(quality, number);
    const sign = side === 'below' ? 1 : -1;
    const own = [...rest].filter((i) => (bits[i]! & bitOf(flag)) !== 0).sort((a, b) => sign * (column[a]! - column[b]!) || a - b);
    for (const i of own) rest.delete(i);
    rows.push(...own);
  }
  return rows;
}

/** The flags of some rows, and the rows that have each. */
export function rowsByFlag(rows: readonly number[], flagsOf: (row: number) => readonly QualityFlag[]): { flag: QualityFlag; rows: number[] }[] {
  const found = QUALITY_FLAGS.map((flag) => ({ flag, rows: rows.filter((row) => flagsOf(row).includes(flag)) }));
  return found.filter((one) => one.rows.length > 0);
}

/** The rows whose number is nearest to the threshold on each side, at most `each` of them, in the order of the number. */
export function rowsAtBorder(quality: DatasetQuality, flag: QualityFlag, threshold: number, each: number): number[] {
  const column = columnOf(quality, QUALITY_INFO[flag].number);
  const rows = [...column.keys()].filter((i) => !Number.isNaN(column[i]!)).sort((a, b) => column[a]! - column[b]! || a - b);
  const first = rows.findIndex((i) => column[i]! >= threshold);
  const at = first < 0 ? rows.length : first;
  return rows.slice(Math.max(0, at - each), at + each);
}

/** Row numbers by the ids of their images. `ids` [n] are of all images. */
export const rowsById = (rows: readonly number[], ids: Int32Array): ReadonlyMap<number, number> => new Map(rows.map((row) => [ids[row]!, row]));
