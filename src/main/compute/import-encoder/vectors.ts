/** The mean over space of a map [C, h, w]. */
export function pooledOf(map: Float32Array, channels: number): Float32Array {
  const cells = map.length / channels;
  return Float32Array.from({ length: channels }, (_, c) => {
    let sum = 0;
    for (let i = 0; i < cells; i++) sum += map[c * cells + i]!;
    return sum / cells;
  });
}

/** Cosine of the angle between two vectors; 1 where one is 0. */
export function cosine(a: Float32Array, b: Float32Array): number {
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    ab += a[i]! * b[i]!;
    aa += a[i]! ** 2;
    bb += b[i]! ** 2;
  }
  return aa * bb === 0 ? 1 : ab / Math.sqrt(aa * bb);
}

/** Infinity where the lengths differ. */
export function largestDifference(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Infinity;
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
}
