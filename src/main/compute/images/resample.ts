/** Resampling of 8-bit pixels as Pillow does it (libImaging/Resample.c), for what libvips places half a pixel off: enlargement. */

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
  weights: Float64Array; // [n, most] sum of each row: 1
  most: number; // row length of `weights`
}

/** Pixel centres are at i + 0.5 in both grids. A kernel is as wide as a source pixel, or as a target pixel when shrinking. */
function tapsOf(from: number, to: number): Taps {
  const scale = from / to;
  const width = Math.max(1, scale);
  const support = LOBES * width;
  const most = 2 * Math.ceil(support) + 1;
  const taps = { first: new Int32Array(to), count: new Int32Array(to), weights: new Float64Array(to * most), most };
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - support + 0.5));
    const end = Math.min(from, Math.trunc(centre + support + 0.5));
    let sum = 0;
    for (let x = first; x < end; x++) sum += taps.weights[i * most + x - first] = lanczos((x - centre + 0.5) / width);
    for (let k = 0; k < end - first; k++) taps.weights[i * most + k]! /= sum;
    taps.first[i] = first;
    taps.count[i] = end - first;
  }
  return taps;
}

/** One axis: lines of `from` pixels to lines of `to`. `step`: bytes between pixels of a line, `lines`: offsets of the lines' first bytes. */
function resampleLines(data: Uint8Array, out: Uint8ClampedArray, taps: Taps, lines: { count: number; from: number; to: number }, step: number): void {
  const { first, count, weights, most } = taps;
  for (let line = 0; line < lines.count; line++) {
    const source = line * lines.from;
    let target = line * lines.to;
    for (let i = 0; i < first.length; i++, target += step) {
      let at = source + first[i]! * step;
      let [r, g, b] = [0, 0, 0];
      for (let k = i * most, end = k + count[i]!; k < end; k++, at += step) {
        const weight = weights[k]!;
        r += data[at]! * weight;
        g += data[at + 1]! * weight;
        b += data[at + 2]! * weight;
      }
      out[target] = r; // rounds and clamps
      out[target + 1] = g;
      out[target + 2] = b;
    }
  }
}

/** RGB [height, width, 3] -> [toHeight, toWidth, 3], Lanczos, equal to Pillow's `resize((toWidth, toHeight), LANCZOS)` to 1/255. */
export function resampleRgb(data: Uint8Array, width: number, height: number, toWidth: number, toHeight: number): Uint8Array {
  let pixels = data;
  if (toWidth !== width) {
    const out = new Uint8ClampedArray(toWidth * height * 3);
    resampleLines(pixels, out, tapsOf(width, toWidth), { count: height, from: width * 3, to: toWidth * 3 }, 3);
    pixels = new Uint8Array(out.buffer);
  }
  if (toHeight === height) return pixels;
  const out = new Uint8ClampedArray(toWidth * toHeight * 3);
  resampleLines(pixels, out, tapsOf(height, toHeight), { count: toWidth, from: 3, to: 3 }, toWidth * 3);
  return new Uint8Array(out.buffer);
}
