import { SIGNATURE_SIDE } from './signature.ts';

/** A part of an image: centre and half sides in shares of its sides, turned by `angle` radians. WHOLE is all of it. */
export interface Window {
  x: number;
  y: number;
  w: number; // half the width
  h: number; // half the height
  angle: number;
}

export const WHOLE: Window = { x: 0.5, y: 0.5, w: 0.5, h: 0.5, angle: 0 };

/** Bilinear samples [m, m] of a window of a square image [n, n], written into `out`. `mirrored`: from right to left. */
export function sampleWindow(
  image: Float32Array,
  n: number,
  { x, y, w, h, angle }: Window,
  m: number,
  mirrored: boolean,
  out: Float32Array,
): Float32Array {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const sign = mirrored ? -1 : 1;
  for (let j = 0; j < m; j++) {
    const v = (h * (2 * j + 1 - m)) / m;
    for (let i = 0; i < m; i++) {
      const u = (sign * w * (2 * i + 1 - m)) / m;
      const px = Math.min(n - 1, Math.max(0, (x + cos * u - sin * v) * n - 0.5));
      const py = Math.min(n - 1, Math.max(0, (y + sin * u + cos * v) * n - 0.5));
      const x0 = Math.min(n - 2, Math.floor(px));
      const y0 = Math.min(n - 2, Math.floor(py));
      const fx = px - x0;
      const fy = py - y0;
      const at = y0 * n + x0;
      out[j * m + i] = (image[at]! * (1 - fx) + image[at + 1]! * fx) * (1 - fy) + (image[at + n]! * (1 - fx) + image[at + n + 1]! * fx) * fy;
    }
  }
  return out;
}

const RADIUS = 3; // pixels of a signature
const NOISE = 6; // of 255: details of less contrast are not amplified

/**
 * The details of a signature [SIGNATURE_SIDE, SIGNATURE_SIDE]: grey less the mean around a pixel, divided by the root mean square of that difference
 * around it (local contrast normalisation). Scenes with one composition (a horizon, a flower in the middle) agree in the means and not in the details;
 * a strong edge counts no more than fine texture.
 */
export function detailOf(signature: Uint8Array): Float32Array {
  const mean = boxMean(Float32Array.from(signature));
  const difference = Float32Array.from(signature, (v, i) => v - mean[i]!);
  const energy = boxMean(difference.map((v) => v * v));
  return difference.map((v, i) => v / Math.sqrt(energy[i]! + NOISE * NOISE));
}

/** Means over (2 RADIUS + 1)² pixels; the edge is repeated. */
function boxMean(values: Float32Array): Float32Array {
  const n = SIGNATURE_SIDE;
  const alongRows = new Float32Array(n * n);
  const out = new Float32Array(n * n);
  const inside = (i: number): number => Math.min(n - 1, Math.max(0, i));
  for (let i = 0; i < n * n; i++) {
    let sum = 0;
    for (let k = -RADIUS; k <= RADIUS; k++) sum += values[i - (i % n) + inside((i % n) + k)]!;
    alongRows[i] = sum / (2 * RADIUS + 1);
  }
  for (let i = 0; i < n * n; i++) {
    let sum = 0;
    for (let k = -RADIUS; k <= RADIUS; k++) sum += alongRows[inside(Math.floor(i / n) + k) * n + (i % n)]!;
    out[i] = sum / (2 * RADIUS + 1);
  }
  return out;
}

interface Fit {
  slope: number;
  offset: number;
  r: number; // correlation; 0 without variation
  energies: [number, number]; // sums of squares around the mean, of a and b
}

/** b = slope * a + offset by least squares, over pixels whose residual is at most `limit`. */
function fit(a: Float32Array, b: Float32Array, residuals: Float32Array | null, limit: number): Fit {
  let [n, sa, sb, saa, sab, sbb] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    if (residuals !== null && residuals[i]! > limit) continue;
    const p = a[i]!;
    const q = b[i]!;
    n++;
    sa += p;
    sb += q;
    saa += p * p;
    sab += p * q;
    sbb += q * q;
  }
  const [vaa, vab, vbb] = [saa - (sa * sa) / n, sab - (sa * sb) / n, sbb - (sb * sb) / n];
  const slope = vaa > 1e-9 ? vab / vaa : 0;
  return { slope, offset: (sb - slope * sa) / n, r: Math.min(vaa, vbb) > 1e-9 ? vab / Math.sqrt(vaa * vbb) : 0, energies: [vaa, vbb] };
}

export const correlation = (a: Float32Array, b: Float32Array): number => fit(a, b, null, 0).r;

const COMPARED = 0.75; // share of the pixels
const LEAST_DETAIL = 0.2; // share of either image's details that the compared pixels must have

/**
 * The correlation over the three quarters of the pixels that agree best with a line fitted to all, so a text or logo over a part hardly counts. 0 if
 * those have little of the details: two blank pages agree where they are blank.
 */
export function robustCorrelation(a: Float32Array, b: Float32Array): number {
  const all = fit(a, b, null, 0);
  const residuals = new Float32Array(a.length);
  for (let i = 0; i < a.length; i++) residuals[i] = Math.abs(b[i]! - all.slope * a[i]! - all.offset);
  const best = fit(a, b, residuals, smallest(residuals.slice(), Math.floor(COMPARED * residuals.length)));
  return best.energies.every((energy, i) => energy >= LEAST_DETAIL * all.energies[i]!) ? best.r : 0;
}

/** The value at position `k` of the sorted values, which are reordered (Hoare's quickselect). */
function smallest(values: Float32Array, k: number): number {
  let [left, right] = [0, values.length - 1];
  while (left < right) {
    const pivot = values[(left + right) >> 1]!;
    let [i, j] = [left, right];
    while (i <= j) {
      while (values[i]! < pivot) i++;
      while (values[j]! > pivot) j--;
      if (i <= j) {
        const swapped = values[i]!;
        values[i++] = values[j]!;
        values[j--] = swapped;
      }
    }
    if (k <= j) right = j;
    else if (k >= i) left = i;
    else break;
  }
  return values[k]!;
}
