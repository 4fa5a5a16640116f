/** Enlargement of 8-bit pixels as in Pillow (libImaging/Resample.c): libvips shifts enlarged images by half a pixel. */

const LOBES = 3; // of the Lanczos kernel

function lanczos(x: number): number {
  if (x === 0) return 1;
  if (Math.abs(x) >= LOBES) return 0;
  const t = Math.PI * x;
  return (LOBES * Math.sin(t) * Math.sin(t / LOBES)) / (t * t);
}

interface Taps {
  first: Int32Array; // [n] first source position
  count: Int32Array; // [n] source positions
  weights: Float64Array; // [n, maxTaps] sum of each row: 1
  maxTaps: number; // row length of `weights`
}

/** Pixel centres are at i + 0.5 in both grids. A kernel is as wide as a source pixel, or as a target pixel when shrinking. */
function tapsOf(from: number, to: number): Taps {
  const scale = from / to;
  const width = Math.max(1, scale);
  const support = LOBES * width;
  const maxTaps = 2 * Math.ceil(support) + 1;
  const taps = { first: new Int32Array(to), count: new Int32Array(to), weights: new Float64Array(to * maxTaps), maxTaps };
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - support + 0.5));
    const end = Math.min(from, Math.trunc(centre + support + 0.5));
    let sum = 0;
    for (let x = first; x < end; x++) sum += taps.weights[i * maxTaps + x - first] = lanczos((x - centre + 0.5) / width);
    for (let k = 0; k < end - first; k++) taps.weights[i * maxTaps + k]! /= sum;
    taps.first[i] = first;
    taps.count[i] = end - first;
  }
  return taps;
}

/** Across: rows of `width` RGB pixels to rows of as many as there are taps. */
function resampleAcross(data: Uint8Array, width: number, height: number, { first, count, weights, maxTaps }: Taps): Uint8Array {
  const out = new Uint8ClampedArray(first.length * height * 3); // rounds and clamps
  let target = 0;
  for (let y = 0; y < height; y++) {
    for (let i = 0; i < first.length; i++, target += 3) {
      let at = (y * width + first[i]!) * 3;
      let r = 0;
      let g = 0;
      let b = 0;
      for (let k = i * maxTaps, end = k + count[i]!; k < end; k++, at += 3) {
        const weight = weights[k]!;
        r += data[at]! * weight;
        g += data[at + 1]! * weight;
        b += data[at + 2]! * weight;
      }
      out[target] = r;
      out[target + 1] = g;
      out[target + 2] = b;
    }
  }
  return new Uint8Array(out.buffer);
}

/**
 * Down: `row` bytes a row. Rows are added six at a time, which an enlargement has for most target rows: 0.9 ms for 224 rows of
 * 672 bytes, 1.6 ms one at a time. The order of the additions is the same.
 */
function resampleDown(data: Uint8Array, row: number, { first, count, weights, maxTaps }: Taps): Uint8Array {
  const out = new Uint8ClampedArray(row * first.length);
  const sums = new Float64Array(row);
  for (let i = 0; i < first.length; i++) {
    sums.fill(0);
    let k = i * maxTaps;
    const end = k + count[i]!;
    let at = first[i]! * row;
    for (; k + 6 <= end; k += 6, at += 6 * row) addSixRows(sums, data, at, weights, k);
    for (; k < end; k++, at += row) {
      const weight = weights[k]!;
      for (let x = 0; x < row; x++) sums[x]! += data[at + x]! * weight;
    }
    for (let x = 0; x < row; x++) out[i * row + x] = sums[x]!; // out.set: 0.2 ms more
  }
  return new Uint8Array(out.buffer);
}

/** Adds the six rows of `data` that start at `at`, each times its weight, to `sums`. */
function addSixRows(sums: Float64Array, data: Uint8Array, at: number, weights: Float64Array, k: number): void {
  const row = sums.length;
  const [w0, w1, w2] = [weights[k]!, weights[k + 1]!, weights[k + 2]!];
  const [w3, w4, w5] = [weights[k + 3]!, weights[k + 4]!, weights[k + 5]!];
  for (let x = 0, p = at; x < row; x++, p++) {
    const three = sums[x]! + data[p]! * w0 + data[p + row]! * w1 + data[p + 2 * row]! * w2;
    sums[x] = three + data[p + 3 * row]! * w3 + data[p + 4 * row]! * w4 + data[p + 5 * row]! * w5;
  }
}

/** RGB [height, width, 3] -> [toHeight, toWidth, 3], Lanczos, equal to Pillow's `resize((toWidth, toHeight), LANCZOS)` to 1/255. */
export function resampleRgb(data: Uint8Array, width: number, height: number, toWidth: number, toHeight: number): Uint8Array {
  const across = toWidth === width ? data : resampleAcross(data, width, height, tapsOf(width, toWidth));
  return toHeight === height ? across : resampleDown(across, toWidth * 3, tapsOf(height, toHeight));
}
