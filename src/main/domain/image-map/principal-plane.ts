import type { Random } from '../../../shared/random.ts';

const ITERATIONS = 30;
const SAMPLE = 10_000; // rows that the axes are found from
const EXTENT = 10; // as umap-learn's first layout

/**
 * The rows [n, d] on their two main axes (PCA), scaled to -10..10 with a little noise, so that copies are not on one point: [n, 2]. It starts the
 * layout. Axes are found by power iteration on at most 10,000 rows, evenly spaced; each axis has its largest number positive.
 */
export function principalPlane(rows: Float32Array, d: number, random: Random): Float64Array {
  const n = rows.length / d;
  const every = Math.max(1, Math.floor(n / SAMPLE));
  const sample = Array.from({ length: Math.ceil(n / every) }, (_, i) => rows.subarray(i * every * d, (i * every + 1) * d));
  const mean = new Float64Array(d);
  for (const row of sample) for (let c = 0; c < d; c++) mean[c]! += row[c]! / sample.length;
  const first = mainAxis(sample, mean, [], random);
  const second = mainAxis(sample, mean, [first], random);
  const xy = new Float64Array(2 * n);
  let largest = 0;
  for (let i = 0; i < n; i++) {
    for (let axis = 0; axis < 2; axis++) {
      const value = along(rows.subarray(i * d, (i + 1) * d), mean, axis === 0 ? first : second);
      xy[2 * i + axis] = value;
      largest = Math.max(largest, Math.abs(value));
    }
  }
  for (let i = 0; i < xy.length; i++) xy[i] = (xy[i]! * EXTENT) / (largest || 1) + 1e-4 * random.normal();
  return xy;
}

/** Unit vector [d] of the largest variance orthogonal to `others`. */
function mainAxis(rows: readonly Float32Array[], mean: Float64Array, others: readonly Float64Array[], random: Random): Float64Array {
  let axis = Float64Array.from(mean, () => random.normal());
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    normalise(axis, others);
    const product = new Float64Array(mean.length);
    for (const row of rows) {
      const scale = along(row, mean, axis);
      for (let c = 0; c < mean.length; c++) product[c]! += scale * (row[c]! - mean[c]!);
    }
    axis = product;
  }
  normalise(axis, others);
  const largest = axis.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
  return largest < 0 ? axis.map((value) => -value) : axis;
}

function along(row: Float32Array, mean: Float64Array, axis: Float64Array): number {
  let sum = 0;
  for (let c = 0; c < axis.length; c++) sum += (row[c]! - mean[c]!) * axis[c]!;
  return sum;
}

function normalise(axis: Float64Array, others: readonly Float64Array[]): void {
  for (const other of others) {
    const share = axis.reduce((sum, value, c) => sum + value * other[c]!, 0);
    for (let c = 0; c < axis.length; c++) axis[c]! -= share * other[c]!;
  }
  const length = Math.hypot(...axis) || 1;
  for (let c = 0; c < axis.length; c++) axis[c]! /= length;
}
