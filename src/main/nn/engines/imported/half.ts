/** IEEE 754 binary16 numbers as their 16 bits: Node 22 has no Float16Array. */

import { halfToNumber } from '../../weights/dtypes.ts';

const single = new Float32Array(1);
const bits = new Uint32Array(single.buffer);

/** The nearest half, ties to even; a larger number becomes infinite. */
export function halfOf(value: number): number {
  single[0] = value;
  const sign = (bits[0]! >>> 16) & 0x8000;
  const rest = bits[0]! & 0x7fffffff;
  if (rest > 0x7f800000) return sign | 0x7e00; // NaN
  if (rest >= 0x477ff000) return sign | 0x7c00; // rounds to 65536 or more
  // Below the smallest normal half, 2^-14, halves are multiples of 2^-24: adding 0.5 leaves them in the last bits of a float32.
  if (rest < 0x38800000) {
    bits[0] = rest;
    single[0] = single[0]! + 0.5;
    return sign | (bits[0]! - 0x3f000000);
  }
  const odd = (rest >>> 13) & 1;
  return sign | ((rest - 0x38000000 + 0xfff + odd) >>> 13);
}

export const halvesOf = (values: Float32Array): Uint16Array => Uint16Array.from(values, halfOf);

export const fromHalves = (halves: Uint16Array): Float32Array => Float32Array.from(halves, halfToNumber);
