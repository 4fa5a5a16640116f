const SAMPLE = 20_000; // rows that the temperature is fitted to
const STEPS = 40; // of golden section: log T to 1e-7
const RANGE = [Math.log(0.05), Math.log(20)] as const; // of log T
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * The T > 0 for which softmax(scores / T) gives the given classes the largest mean log probability. `scores` [n, k] must not be of rows that the
 * model was fitted to. One number for all rows, so the order of classes within a row stays. Guo et al., "On calibration of modern neural
 * networks", ICML 2017.
 */
export function fitTemperature(scores: Float32Array | Float64Array, given: Int32Array, k: number): number {
  const stride = Math.max(1, Math.ceil(given.length / SAMPLE));
  const loss = (logT: number): number => {
    const t = Math.exp(logT);
    let sum = 0;
    for (let i = 0; i < given.length; i += stride) sum += logSumExp(scores, i * k, k, t) - scores[i * k + given[i]!]! / t;
    return sum;
  };
  let [low, high] = [RANGE[0], RANGE[1]];
  let [a, b] = [high - GOLDEN * (high - low), low + GOLDEN * (high - low)];
  let [lossA, lossB] = [loss(a), loss(b)];
  for (let step = 0; step < STEPS; step++) {
    if (lossA <= lossB) {
      [high, b, lossB] = [b, a, lossA];
      a = high - GOLDEN * (high - low);
      lossA = loss(a);
    } else {
      [low, a, lossA] = [a, b, lossB];
      b = low + GOLDEN * (high - low);
      lossB = loss(b);
    }
  }
  return Math.exp((low + high) / 2);
}

/** log sum over j of exp(scores[from + j] / t). */
function logSumExp(scores: Float32Array | Float64Array, from: number, k: number, t: number): number {
  let largest = -Infinity;
  for (let j = 0; j < k; j++) largest = Math.max(largest, scores[from + j]! / t);
  let sum = 0;
  for (let j = 0; j < k; j++) sum += Math.exp(scores[from + j]! / t - largest);
  return largest + Math.log(sum);
}

/** softmax(scores / t) of each row, in place. `scores` [n, k]. */
export function toProbabilities(scores: Float32Array, k: number, t: number): Float32Array {
  for (let from = 0; from < scores.length; from += k) {
    const log = logSumExp(scores, from, k, t);
    for (let j = 0; j < k; j++) scores[from + j] = Math.exp(scores[from + j]! / t - log);
  }
  return scores;
}

const BINS = 15;

/**
 * Expected calibration error: of 15 bins of the largest probability, the mean difference between it and the share of rows whose given class it is,
 * weighted by rows, 0..1. Guo et al. 2017, equation 3. `probabilities` [n, k].
 */
export function calibrationError({ given, probabilities, k }: { given: Int32Array; probabilities: Float32Array; k: number }): number {
  const gaps = new Float64Array(BINS);
  given.forEach((own, i) => {
    let top = 0;
    for (let j = 1; j < k; j++) if (probabilities[i * k + j]! > probabilities[i * k + top]!) top = j;
    const p = probabilities[i * k + top]!;
    gaps[Math.min(BINS - 1, Math.floor(p * BINS))]! += p - Number(top === own);
  });
  return gaps.reduce((sum, gap) => sum + Math.abs(gap), 0) / given.length;
}
