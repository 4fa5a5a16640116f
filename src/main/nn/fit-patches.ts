import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import type { Preprocessing } from '../../shared/run.ts';
import { randomFor } from '../../shared/random.ts';
import { DICTIONARY, MIRRORED, NORM_OFFSET, PATCH, PATCH_CHANNELS, PATCH_VALUES, SCALES, scaledSide, scaleName } from './backbones/patches.ts';
import { shareOf } from './functional/resize-area.ts';
import type { TensorMap } from './ir/tensor.ts';

/** Patches of each scale that whitening is fitted to and the dictionary is drawn from. */
const SAMPLES = 40_000;
/** Added to the eigenvalues of the patches' covariance. */
const RIDGE = 1e-3;

/** Added to the variance of each feature, as a share of the median variance: a feature that hardly varies is not enlarged to noise. */
const VARIANCE_FLOOR = 0.01;

/** The tensors with which the backbone gets back from its input to pixels 0..1. */
export const pixelTensors = ({ mean, std }: Preprocessing): TensorMap =>
  new Map([
    ['pixels.mean', { shape: [3], data: Float32Array.from(mean) }],
    ['pixels.std', { shape: [3], data: Float32Array.from(std) }],
  ]);

/**
 * The factors that scale the features of patches, the last PATCH_CHANNELS of `features` [n, channels], to variance 1. With a backbone before
 * them, to the variance that makes both parts count alike: the sum of the backbone's.
 */
export function featureScales(features: Float32Array, channels: number): TensorMap {
  const n = features.length / channels;
  const mean = new Float64Array(channels);
  const variance = new Float64Array(channels);
  features.forEach((value, at) => (mean[at % channels]! += value / n));
  features.forEach((value, at) => (variance[at % channels]! += (value - mean[at % channels]!) ** 2 / n));
  const before = channels - PATCH_CHANNELS;
  const own = variance.slice(before);
  const floor = VARIANCE_FLOOR * [...own].sort((a, b) => a - b)[PATCH_CHANNELS >> 1]! || 1; // one image: no variance
  const total = variance.slice(0, before).reduce((sum, value) => sum + value, 0);
  const factor = before === 0 ? 1 : Math.sqrt(total / PATCH_CHANNELS);
  return new Map([['standard.scale', { shape: [PATCH_CHANNELS], data: Float32Array.from(own, (value) => factor / Math.sqrt(value + floor)) }]]);
}

/** An image: pixels 0..1, [3, S, S]. */
type Pixels = Float32Array;

/** Collects patches at random positions of images, and derives the whitening and dictionary of each scale from them. */
export class PatchSample {
  private readonly perImage: readonly number[]; // by scale
  private readonly seed: number;
  private readonly size: number;
  private readonly rows: Float32Array[]; // normalised patches of each scale, [count, 108]
  private images = 0;

  /** `images`: the largest number that will be added. `size`: S, px. */
  constructor({ images, size, seed }: { images: number; size: number; seed: number }) {
    this.perImage = SCALES.map(({ factor }) => Math.min(Math.ceil(SAMPLES / images), (scaledSide(size, factor) - PATCH + 1) ** 2));
    this.size = size;
    this.seed = seed;
    this.rows = this.perImage.map((count) => new Float32Array(images * count * PATCH_VALUES));
  }

  /** `key`: names the random stream of the image's positions. */
  add(pixels: Pixels, key: string): void {
    SCALES.forEach(({ factor }, scale) => {
      const side = scaledSide(this.size, factor);
      const image = factor === 1 ? pixels : resizePixels(pixels, this.size, side);
      const random = randomFor(this.seed, 'patches', factor, key);
      const count = this.perImage[scale]!;
      for (let i = 0; i < count; i++) {
        const patch = normalisedPatch(image, side, random.below(side - PATCH + 1), random.below(side - PATCH + 1));
        this.rows[scale]!.set(patch, (this.images * count + i) * PATCH_VALUES);
      }
    });
    this.images++;
  }

  /** `whitening`, `offset` and `dictionary` of every scale, under the backbone's own names. */
  fit(): TensorMap {
    return new Map(
      SCALES.flatMap(({ factor }, scale) => {
        const count = this.images * this.perImage[scale]!;
        const order = randomFor(this.seed, 'dictionary', factor).shuffle(Array.from({ length: count }, (_, i) => i));
        return [...fitScale(this.rows[scale]!.subarray(0, count * PATCH_VALUES), scaleName(factor), order)];
      }),
    );
  }
}

/**
 * W = U (Λ + RIDGE)^-1/2 Uᵀ of the covariance U Λ Uᵀ of the patches and their mirrored copies, and a dictionary of whitened patches of length 1:
 * `order` lists the rows to take, again from its start where it is short. `rows`: normalised patches, [n, 108].
 */
export function fitScale(rows: Float32Array, name: string, order: readonly number[]): TensorMap {
  const n = rows.length / PATCH_VALUES;
  const one = new Float64Array(PATCH_VALUES);
  rows.forEach((value, at) => (one[at % PATCH_VALUES]! += value / n));
  const mean = one.map((value, i) => (value + one[MIRRORED[i]!]!) / 2);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(covariance(rows, mean), { assumeSymmetric: true });
  const roots = Matrix.diag(realEigenvalues.map((value) => 1 / Math.sqrt(Math.max(0, value) + RIDGE)));
  const whitening = eigenvectorMatrix.mmul(roots).mmul(eigenvectorMatrix.transpose()).to2DArray(); // [108][108]
  const dictionary = new Float32Array(DICTIONARY * PATCH_VALUES);
  for (let k = 0; k < DICTIONARY; k++) {
    const at = order[k % order.length]! * PATCH_VALUES;
    const centred = Float64Array.from(mean, (value, i) => rows[at + i]! - value);
    dictionary.set(toUnitLength(whitening.map((row) => dot(row, centred))), k * PATCH_VALUES);
  }
  const withoutMean = whitening.flatMap((row) => {
    const average = row.reduce((sum, value) => sum + value, 0) / PATCH_VALUES;
    return row.map((value) => value - average); // W (I - 1/108)
  });
  return new Map([
    [`${name}whitening`, { shape: [PATCH_VALUES, 3, PATCH, PATCH], data: Float32Array.from(withoutMean) }],
    [`${name}offset`, { shape: [PATCH_VALUES], data: Float32Array.from(whitening, (row) => dot(row, mean)) }],
    [`${name}dictionary`, { shape: [DICTIONARY, PATCH_VALUES], data: dictionary }],
  ]);
}

/** Of the rows and their mirrored copies, whose mean is `mean`: [108, 108]. */
function covariance(rows: Float32Array, mean: Float64Array): Matrix {
  const sums = new Float64Array(PATCH_VALUES ** 2); // of one side of the diagonal
  const n = rows.length / PATCH_VALUES;
  for (let row = 0; row < rows.length; row += PATCH_VALUES) {
    for (let i = 0; i < PATCH_VALUES; i++) {
      const value = rows[row + i]!;
      for (let j = 0; j <= i; j++) sums[i * PATCH_VALUES + j]! += value * rows[row + j]!;
    }
  }
  const moment = (i: number, j: number): number => sums[Math.max(i, j) * PATCH_VALUES + Math.min(i, j)]! / n;
  const out = Matrix.zeros(PATCH_VALUES, PATCH_VALUES);
  for (let i = 0; i < PATCH_VALUES; i++)
    for (let j = 0; j < PATCH_VALUES; j++) out.set(i, j, (moment(i, j) + moment(MIRRORED[i]!, MIRRORED[j]!)) / 2 - mean[i]! * mean[j]!);
  return out;
}

/** Pixels [3, from, from] to [3, to, to], as resizeArea. */
export function resizePixels(pixels: Pixels, from: number, to: number): Pixels {
  if (from === to) return pixels;
  const across = resizeRows(pixels, 3 * from, from, to); // [3, from, to]
  return transposePlanes(resizeRows(transposePlanes(across, from, to), 3 * to, from, to), to, to);
}

/** Rows [n, from] to [n, to]. */
function resizeRows(rows: Float32Array, n: number, from: number, to: number): Float32Array {
  const out = new Float32Array(n * to);
  for (let i = 0; i < to; i++) {
    for (let j = Math.floor((i * from) / to); j < Math.min(from, Math.ceil(((i + 1) * from) / to)); j++) {
      const share = shareOf(i, to, j, from);
      for (let row = 0; row < n; row++) out[row * to + i]! += share * rows[row * from + j]!;
    }
  }
  return out;
}

/** [3, h, w] to [3, w, h]. */
function transposePlanes(planes: Float32Array, h: number, w: number): Float32Array {
  const out = new Float32Array(planes.length);
  for (let c = 0; c < 3; c++) for (let y = 0; y < h; y++) for (let x = 0; x < w; x++) out[(c * w + x) * h + y] = planes[(c * h + y) * w + x]!;
  return out;
}

/** (x - mean x) / (|x - mean x| + NORM_OFFSET) of a patch, [108] in the order of kernels: colour, row, column. */
export function normalisedPatch(image: Pixels, side: number, top: number, left: number): Float32Array {
  const patch = new Float32Array(PATCH_VALUES);
  let at = 0;
  for (let c = 0; c < 3; c++)
    for (let y = 0; y < PATCH; y++) for (let x = 0; x < PATCH; x++) patch[at++] = image[(c * side + top + y) * side + left + x]!;
  const mean = patch.reduce((sum, value) => sum + value, 0) / PATCH_VALUES;
  let squares = 0;
  for (let i = 0; i < PATCH_VALUES; i++) squares += (patch[i]! -= mean) ** 2;
  const norm = Math.sqrt(squares) + NORM_OFFSET;
  for (let i = 0; i < PATCH_VALUES; i++) patch[i]! /= norm;
  return patch;
}

function toUnitLength(x: readonly number[]): number[] {
  const length = Math.sqrt(dot(x, x));
  return length > 0 ? x.map((value) => value / length) : [...x];
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
