/** 12-bit cameras and scanners write their samples into 16-bit files, which look black if all 16 bits are taken for the range. */

const SENSOR_BITS = [10, 12, 14]; // of cameras and scanners
const FULL = 16;

/**
 * The bits that a data set's 16-bit images use, from the largest sample of each: the fewest that hold all of them. Images of one
 * data set share one range, so that a dark one stays dark. Null: all 16, or no such images.
 */
export function sampleBitsOf(maxSamples: readonly (number | null | undefined)[]): number | null {
  const known = maxSamples.filter((most) => most != null);
  if (known.length === 0) return null;
  const most = known.reduce((a, b) => Math.max(a, b), 0);
  return SENSOR_BITS.find((bits) => most < 2 ** bits) ?? null;
}

/** An image's facts, with the range of its samples where its data set decides it. */
export function factsOf({ facts = [], maxSample }: { facts?: string[]; maxSample?: number | null }, sampleBits: number | null): string[] {
  if (maxSample == null || sampleBits === null) return facts;
  const range = `Values use ${sampleBits} of ${FULL} bits in this data set; they are stretched to the full range.`;
  return [...facts, range];
}
