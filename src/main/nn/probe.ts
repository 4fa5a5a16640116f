/** A linear score for each class, score_k = weight_k · x + bias_k: logits of a softmax. */
export interface Probe {
  weight: Float64Array; // [K, D]
  bias: Float64Array; // [K]
  /** [n, K], of the rows that the probe was fitted to. Larger than the scores of new images. */
  scores: Float64Array;
  /** [n, K], cross-validated: each row is scored by a probe fitted to the other folds, so these are like the scores of new images. Empty unless asked for. */
  heldOut: Float64Array;
}

/**
 * For features of trained networks. Patches have more features that are less alike: 1e-3 separated pairs of flowers by .02 in AUC worse than 1e-5
 * to 1e-4, which are within .004 of each other on flowers and on skin.
 */
export const PENALTY = 1e-3;
export const PENALTY_OF_PATCHES = 3e-5;
export const ITERATIONS = 100;
const FOLDS = 5;
/** Squared length of the constant feature that acts as bias (rows: 1). Small, because the largest eigenvalue limits the step size. */
export const BIAS = 0.1;

const PAUSE_MS = 50;

/** Yields to the event loop; may throw to cancel. */
export type Pause = () => Promise<void>;

/**
 * Multinomial logistic regression: minimises over W the mean over rows of -sum_k y_k log softmax(scores)_k, plus
 * penalty / 2 (|W|² + |bias|² / BIAS), on rows that are centred and scaled to mean squared length 1.
 *
 * With at most as many rows as features it is solved in their span (W = A^T Z, `kernel` = Z Z^T): accelerated gradient steps (Nesterov 1983)
 * along the functional gradient (softmax(S) - Y) / n + penalty A. The cost is n² (D + ITERATIONS K), and FOLDS times the second part for the
 * held-out scores, which need the kernel. With more rows the same steps are taken for W, which costs n D ITERATIONS K. Callers pass a sample
 * of a large data set.
 *
 * `rows` [n, D]. `targets` [n, K] of 0 and 1, at least one 1 per row; a row of several classes belongs to each in equal parts.
 * `pause` is awaited at intervals.
 */
export async function fitProbe(
  rows: Float32Array,
  n: number,
  targets: Uint8Array,
  { pause = () => Promise.resolve(), heldOut = true, penalty = PENALTY }: { pause?: Pause; heldOut?: boolean; penalty?: number } = {},
): Promise<Probe> {
  const d = rows.length / n;
  const k = targets.length / n;
  const { z, mean, scale } = centreAndScale(rows, n, d);
  const shares = classProbabilities(targets, n, k);
  if (n > d && !heldOut) return primalProbe(z, { n, d, k, mean, scale, penalty }, shares, pause);
  const kernel = await gram(z, n, d, pause);
  const solve = { penalty, pause };
  const a = await dualWeights(kernel, n, shares, k, solve);
  const weight = new Float64Array(k * d);
  const bias = new Float64Array(k);
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < k; c++) {
      const alpha = a[i * k + c]!;
      bias[c]! += alpha * BIAS;
      for (let j = 0; j < d; j++) weight[c * d + j]! += alpha * scale * z[i * d + j]!;
    }
  }
  for (let c = 0; c < k; c++) for (let j = 0; j < d; j++) bias[c]! -= weight[c * d + j]! * mean[j]!;
  const scores = product(kernel, a, n, n, k);
  return { weight, bias, scores, heldOut: heldOut ? await heldOutScores(kernel, n, shares, k, solve) : new Float64Array() };
}

interface Sizes {
  n: number;
  d: number;
  k: number;
  mean: Float64Array;
  scale: number;
  penalty: number;
}

/** The probe by steps of W [K, D + 1], whose last column is the weight of the constant feature. `z` [n, D]. */
async function primalProbe(z: Float64Array, { n, d, k, mean, scale, penalty }: Sizes, shares: Float64Array, pause: Pause): Promise<Probe> {
  const constant = Math.sqrt(BIAS);
  const width = d + 1;
  const scoresOf = (w: Float64Array, classes: number): Float64Array => {
    const out = new Float64Array(n * classes);
    for (let i = 0; i < n; i++)
      for (let c = 0; c < classes; c++) {
        let sum = w[c * width + d]! * constant;
        for (let j = 0; j < d; j++) sum += w[c * width + j]! * z[i * d + j]!;
        out[i * classes + c] = sum;
      }
    return out;
  };
  const gradientOf = (residual: Float64Array, classes: number): Float64Array => {
    const out = new Float64Array(classes * width);
    for (let i = 0; i < n; i++)
      for (let c = 0; c < classes; c++) {
        const r = residual[i * classes + c]!;
        for (let j = 0; j < d; j++) out[c * width + j]! += r * z[i * d + j]!;
        out[c * width + d]! += r * constant;
      }
    return out;
  };
  const rate = stepSize(await largestEigenvalue(width, (v) => gradientOf(scoresOf(v, 1), 1)), n, penalty);
  const w = await accelerated(k * width, rate, { penalty, pause }, (at) => {
    const p = softmax(scoresOf(at, k), k);
    return gradientOf(
      p.map((value, i) => (value - shares[i]!) / n),
      k,
    );
  });
  const weight = new Float64Array(k * d);
  const bias = new Float64Array(k);
  for (let c = 0; c < k; c++) {
    bias[c] = w[c * width + d]! * constant;
    for (let j = 0; j < d; j++) bias[c]! -= (weight[c * d + j] = w[c * width + j]! * scale) * mean[j]!;
  }
  return { weight, bias, scores: scoresOf(w, k), heldOut: new Float64Array() };
}

/** 1 / L, L a Lipschitz constant of the gradient: the largest eigenvalue of the softmax's Jacobian is at most 1/2. */
export const stepSize = (eigenvalue: number, n: number, penalty: number): number => 1 / (0.5 * (eigenvalue / n) + penalty);

interface Solve {
  penalty: number;
  pause: Pause;
}

/** ITERATIONS accelerated gradient steps from 0 [length]. `gradient`: of the loss without the penalty. */
export async function accelerated(
  length: number,
  rate: number,
  { penalty, pause }: Solve,
  gradient: (at: Float64Array) => Float64Array | Promise<Float64Array>,
): Promise<Float64Array> {
  let [x, previous] = [new Float64Array(length), new Float64Array(length)];
  const lookahead = new Float64Array(length);
  let began = performance.now();
  for (let t = 0; t < ITERATIONS; t++) {
    if (performance.now() - began > PAUSE_MS) {
      await pause();
      began = performance.now();
    }
    const momentum = t / (t + 3);
    for (let i = 0; i < length; i++) lookahead[i] = x[i]! + momentum * (x[i]! - previous[i]!);
    const slope = await gradient(lookahead);
    for (let i = 0; i < length; i++) previous[i] = lookahead[i]! - rate * (slope[i]! + penalty * lookahead[i]!);
    [x, previous] = [previous, x];
  }
  return x;
}

/** The A of W = A^T Z, [n, K]. */
async function dualWeights(kernel: Float64Array, n: number, shares: Float64Array, k: number, solve: Solve): Promise<Float64Array> {
  await solve.pause();
  const rate = stepSize(await largestEigenvalue(n, (v) => product(kernel, v, n, n, 1)), n, solve.penalty);
  return accelerated(n * k, rate, solve, (at) => {
    const p = softmax(product(kernel, at, n, n, k), k);
    return p.map((value, i) => (value - shares[i]!) / n);
  });
}

/** Cross-validated scores over stratified folds: each fold has about a fifth of each class. */
async function heldOutScores(kernel: Float64Array, n: number, shares: Float64Array, k: number, solve: Solve): Promise<Float64Array> {
  const seen = new Array<number>(k).fill(0);
  const fold = Array.from({ length: n }, (_, i) => {
    const firstClass = shares.subarray(i * k, (i + 1) * k).findIndex((y) => y > 0);
    return seen[firstClass]!++ % FOLDS;
  });
  const out = new Float64Array(n * k);
  for (let f = 0; f < FOLDS; f++) {
    const fitRows = fold.flatMap((g, i) => (g === f ? [] : [i]));
    const foldRows = fold.flatMap((g, i) => (g === f ? [i] : []));
    if (fitRows.length === 0 || foldRows.length === 0) continue;
    const a = await dualWeights(submatrix(kernel, n, fitRows, fitRows), fitRows.length, selectRows(shares, k, fitRows), k, solve);
    const scores = product(submatrix(kernel, n, foldRows, fitRows), a, foldRows.length, fitRows.length, k);
    foldRows.forEach((i, at) => out.set(scores.subarray(at * k, (at + 1) * k), i * k));
  }
  return out;
}

/** [n, K] of 0 and 1 -> class probabilities, which add up to 1 in each row. */
function classProbabilities(targets: Uint8Array, n: number, k: number): Float64Array {
  const out = Float64Array.from(targets);
  for (let i = 0; i < n; i++) {
    const row = out.subarray(i * k, (i + 1) * k);
    const count = row.reduce((sum, y) => sum + y, 0);
    row.forEach((y, c) => (row[c] = y / count));
  }
  return out;
}

/** Softmax over each row of [n, K]. */
export function softmax(scores: Float64Array, k: number): Float64Array {
  const out = new Float64Array(scores.length);
  for (let at = 0; at < scores.length; at += k) {
    let largest = -Infinity;
    for (let c = 0; c < k; c++) largest = Math.max(largest, scores[at + c]!);
    let sum = 0;
    for (let c = 0; c < k; c++) sum += out[at + c] = Math.exp(scores[at + c]! - largest);
    for (let c = 0; c < k; c++) out[at + c]! /= sum;
  }
  return out;
}

/** Rows [n, D] minus their mean, scaled to mean squared length 1: z = (rows - mean) * scale. */
function centreAndScale(rows: Float32Array, n: number, d: number): { z: Float64Array; mean: Float64Array; scale: number } {
  const mean = new Float64Array(d);
  rows.forEach((x, i) => (mean[i % d]! += x / n));
  let squares = 0;
  const z = Float64Array.from(rows, (x, i) => x - mean[i % d]!);
  for (const x of z) squares += x * x;
  const scale = squares > 0 ? 1 / Math.sqrt(squares / n) : 1;
  for (let i = 0; i < z.length; i++) z[i]! *= scale;
  return { z, mean, scale };
}

/** Gram matrix [n, n] of the rows, including the bias feature: Z Z^T + BIAS. */
async function gram(z: Float64Array, n: number, d: number, pause: Pause): Promise<Float64Array> {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    if (i % 50 === 0) await pause();
    for (let j = 0; j <= i; j++) {
      let sum = BIAS;
      for (let c = 0; c < d; c++) sum += z[i * d + c]! * z[j * d + c]!;
      out[i * n + j] = out[j * n + i] = sum;
    }
  }
  return out;
}

/** The given rows and columns of a matrix [n, n]. */
function submatrix(matrix: Float64Array, n: number, rows: readonly number[], columns: readonly number[]): Float64Array {
  const out = new Float64Array(rows.length * columns.length);
  let at = 0;
  for (const i of rows) for (const j of columns) out[at++] = matrix[i * n + j]!;
  return out;
}

function selectRows(matrix: Float64Array, width: number, rows: readonly number[]): Float64Array {
  const out = new Float64Array(rows.length * width);
  rows.forEach((i, at) => out.set(matrix.subarray(i * width, (i + 1) * width), at * width));
  return out;
}

/** [m, n] x [n, k]. */
function product(matrix: Float64Array, a: Float64Array, m: number, n: number, k: number): Float64Array {
  const out = new Float64Array(m * k);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      const w = matrix[i * n + j]!;
      for (let c = 0; c < k; c++) out[i * k + c]! += w * a[j * k + c]!;
    }
  }
  return out;
}

/** Upper bound of the largest eigenvalue of a symmetric, positive semi-definite matrix [n, n]: 50 power iterations plus 5 %. */
export async function largestEigenvalue(n: number, times: (v: Float64Array) => Float64Array | Promise<Float64Array>): Promise<number> {
  let v = Float64Array.from({ length: n }, (_, i) => 1 + (i % 7) / 7 + (i % 2 ? -1 : 1));
  let value = 0;
  for (let t = 0; t < 50; t++) {
    const w = await times(v);
    value = Math.sqrt(w.reduce((sum, x) => sum + x * x, 0));
    if (value === 0) return 0;
    v = w.map((x) => x / value);
  }
  return value * 1.05;
}
