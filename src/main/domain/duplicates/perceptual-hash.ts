import { SIGNATURE_SIDE } from './signature.ts';

const LOW = 8; // frequencies of each direction
export const HASH_BITS = LOW * LOW;

/** A hash of 64 bits and that of the mirrored image, as two words of 32 bits each: [high, low]. */
export interface PerceptualHash {
  plain: readonly [number, number];
  mirrored: readonly [number, number];
}

/** cosines[u * SIGNATURE_SIDE + x] = 2 cos(pi (2 x + 1) u / (2 SIGNATURE_SIDE)): DCT-II, not normalised. */
const COSINES = Float64Array.from(
  { length: LOW * SIGNATURE_SIDE },
  (_, i) => 2 * Math.cos((Math.PI * (2 * (i % SIGNATURE_SIDE) + 1) * Math.floor(i / SIGNATURE_SIDE)) / (2 * SIGNATURE_SIDE)),
);

/**
 * The DCT hash of a signature (Zauner 2010, "Implementation and Benchmarking of Perceptual Image Hash Functions", as Python's imagehash computes
 * it): a bit for each of the 8 x 8 lowest frequencies, 1 where the coefficient exceeds their median; row by row, the first is the highest bit.
 * Mirroring negates the coefficients of odd horizontal frequency.
 */
export function perceptualHash(signature: ArrayLike<number>): PerceptualHash {
  const low = lowFrequencies(signature);
  const mirrored = low.map((v, i) => (i % 2 === 1 ? -v : v));
  return { plain: bitsOf(low), mirrored: bitsOf(mirrored) };
}

/** Coefficients [LOW, LOW], vertical frequency first. */
function lowFrequencies(signature: ArrayLike<number>): Float64Array {
  const n = SIGNATURE_SIDE;
  const rows = new Float64Array(n * LOW); // [n, LOW]
  for (let y = 0; y < n; y++) {
    for (let u = 0; u < LOW; u++) {
      let sum = 0;
      for (let x = 0; x < n; x++) sum += signature[y * n + x]! * COSINES[u * n + x]!;
      rows[y * LOW + u] = sum;
    }
  }
  const low = new Float64Array(LOW * LOW);
  for (let v = 0; v < LOW; v++) {
    for (let u = 0; u < LOW; u++) {
      let sum = 0;
      for (let y = 0; y < n; y++) sum += rows[y * LOW + u]! * COSINES[v * n + y]!;
      low[v * LOW + u] = sum;
    }
  }
  return low;
}

function bitsOf(low: Float64Array): [number, number] {
  const sorted = low.toSorted();
  const median = (sorted[HASH_BITS / 2 - 1]! + sorted[HASH_BITS / 2]!) / 2;
  const words: [number, number] = [0, 0];
  for (let i = 0; i < HASH_BITS; i++) if (low[i]! > median) words[i >> 5]! |= 1 << (31 - (i & 31));
  return [words[0] >>> 0, words[1] >>> 0];
}

/** Set bits of a 32-bit word. */
export function countBits(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

export const hammingDistance = (a: readonly [number, number], b: readonly [number, number]): number =>
  countBits(a[0] ^ b[0]) + countBits(a[1] ^ b[1]);
