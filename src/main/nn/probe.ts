/** A linear score for each class: score_k = weight_k · x + bias_k, positive where x looks like class k. */
export interface Probe {
  weight: Float64Array; // [K, D]
  bias: Float64Array; // [K]
  scores: Float64Array; // [n, K], of the rows it was fitted to
}

const PENALTY = 1e-4;
const ITERATIONS = 300;
/** Squared length of the constant feature that carries the bias: shorter than the rows, or it alone would decide how long a step may be. */
const BIAS = 0.1;

/**
 * One-against-the-rest logistic regression, all classes at once: minimises over W the mean over rows and sum over classes
 * of log(1 + exp(score)) - y score, plus PENALTY / 2 (|W|² + |bias|² / BIAS), on rows that are centred and scaled to mean
 * squared length 1.
 *
 * Solved in the span of the rows (W = A^T Z, `kernel` = Z Z^T), since images are fewer than features where a probe pays:
 * accelerated gradient steps (Nesterov 1983) along (sigmoid(S) - Y) / n + PENALTY A, the functional gradient. Cost
 * n² (D + ITERATIONS K), so the caller hands in a sample of a large set.
 *
 * `rows` [n, D], `targets` [n, K] of 0 and 1; `pause` is awaited now and then and may throw to cancel.
 */
export async function fitProbe(
  rows: Float32Array,
  n: number,
  targets: Uint8Array,
  pause: () => Promise<void> = () => Promise.resolve(),
): Promise<Probe> {
  const d = rows.length / n;
  const k = targets.length / n;
  const { z, mean, scale } = centred(rows, n, d);
  const kernel = await gram(z, n, d, pause);
  const rate = 1 / (0.25 * (largestEigenvalue(kernel, n) / n) + PENALTY); // the sigmoid's slope is at most 1/4
  let [a, before] = [new Float64Array(n * k), new Float64Array(n * k)];
  const ahead = new Float64Array(n * k);
  for (let t = 0; t < ITERATIONS; t++) {
    if (t % 20 === 0) await pause();
    const momentum = t / (t + 3);
    for (let i = 0; i < ahead.length; i++) ahead[i] = a[i]! + momentum * (a[i]! - before[i]!);
    const s = product(kernel, ahead, n, k);
    for (let i = 0; i < ahead.length; i++) before[i] = ahead[i]! - rate * ((1 / (1 + Math.exp(-s[i]!)) - targets[i]!) / n + PENALTY * ahead[i]!);
    [a, before] = [before, a];
  }
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
  return { weight, bias, scores: product(kernel, a, n, k) };
}

function centred(rows: Float32Array, n: number, d: number): { z: Float64Array; mean: Float64Array; scale: number } {
  const mean = new Float64Array(d);
  rows.forEach((x, i) => (mean[i % d]! += x / n));
  let squares = 0;
  const z = Float64Array.from(rows, (x, i) => x - mean[i % d]!);
  for (const x of z) squares += x * x;
  const scale = squares > 0 ? 1 / Math.sqrt(squares / n) : 1;
  return { z: z.map((x) => x * scale), mean, scale };
}

async function gram(z: Float64Array, n: number, d: number, pause: () => Promise<void>): Promise<Float64Array> {
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

/** [n, n] x [n, k]. */
function product(kernel: Float64Array, a: Float64Array, n: number, k: number): Float64Array {
  const out = new Float64Array(n * k);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const w = kernel[i * n + j]!;
      for (let c = 0; c < k; c++) out[i * k + c]! += w * a[j * k + c]!;
    }
  }
  return out;
}

/** Of a symmetric, positive semi-definite matrix, from above by a little: power iteration from a fixed vector. */
function largestEigenvalue(matrix: Float64Array, n: number): number {
  let v = Float64Array.from({ length: n }, (_, i) => 1 + (i % 7) / 7 + (i % 2 ? -1 : 1));
  let value = 0;
  for (let t = 0; t < 50; t++) {
    const w = product(matrix, v, n, 1);
    value = Math.sqrt(w.reduce((sum, x) => sum + x * x, 0));
    if (value === 0) return 0;
    v = w.map((x) => x / value);
  }
  return value * 1.05;
}
