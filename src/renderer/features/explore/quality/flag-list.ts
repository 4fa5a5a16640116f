import { bitsOf, columnOf, type DatasetQuality, QUALITY_INFO, type QualityFlag, type QualityFlagInfo } from '../../../../shared/quality.ts';

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

/** Rows that have any or all of the flags, those farthest beyond the threshold of `order` first. */
export function flaggedRows(
  quality: DatasetQuality,
  bits: Uint8Array,
  { flags, combine, order }: { flags: readonly QualityFlag[]; combine: 'any' | 'all'; order: QualityFlag },
): number[] {
  const wanted = bitsOf(flags);
  const rows: number[] = [];
  for (const [i, own] of bits.entries()) if (combine === 'all' ? (own & wanted) === wanted : (own & wanted) !== 0) rows.push(i);
  const { number, side } = QUALITY_INFO[order];
  const column = columnOf(quality, number);
  const sign = side === 'below' ? 1 : -1;
  return rows.sort((a, b) => sign * (column[a]! - column[b]!) || a - b);
}

/** The rows whose number is nearest to the threshold on each side, at most `each` of them, in the order of the number. */
export function rowsAtBorder(quality: DatasetQuality, flag: QualityFlag, threshold: number, each: number): number[] {
  const column = columnOf(quality, QUALITY_INFO[flag].number);
  const rows = [...column.keys()].filter((i) => !Number.isNaN(column[i]!)).sort((a, b) => column[a]! - column[b]! || a - b);
  const first = rows.findIndex((i) => column[i]! >= threshold);
  const at = first < 0 ? rows.length : first;
  return rows.slice(Math.max(0, at - each), at + each);
}
