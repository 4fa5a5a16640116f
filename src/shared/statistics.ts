/** Quantiles and intervals that screen, report and computation share. */

/** The 97.5 % quantile of the standard normal distribution. */
const Z975 = 1.959963985;

/** 1 / (1 + exp(-x)) */
export const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

const FEW = 10; // degrees of freedom below which the expansion is off by more than 0.002 %
const STEPS = 200; // of the integral
const HALVINGS = 45; // of the angle: to the precision of the integral

/**
 * The 97.5 % quantile of Student's t for 1 or more degrees of freedom, whole or not (Welch's). By Cornish & Fisher's expansion (Abramowitz &
 * Stegun 26.7.5) from 10 on; below, by its distribution function: with t = sqrt(df) / tan u, P(T > t) is half the share of the integral
 * of sin(u)^(df - 1) from 0 to u in that to pi / 2.
 */
export function studentT975(df: number): number {
  if (df < FEW) return quantileByIntegral(Math.max(1, df));
  const z = Z975;
  const terms = [
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
    (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92160,
  ];
  return terms.reduce((sum, term, i) => sum + term / df ** (i + 1), z);
}

/**
 * P(T > t) of Student's t for t >= 0 and `df` degrees of freedom: by the integral of studentT975; from LARGE on as a normal deviate by
 * Wallace's approximation (1959). The relative error is below 2e-4.
 */
export function studentTail(t: number, df: number): number {
  if (t === Infinity) return 0;
  if (df < LARGE) return sinePowerIntegral(Math.atan2(Math.sqrt(df), t), df - 1) / (2 * sinePowerIntegral(Math.PI / 2, df - 1));
  return upperTail(((8 * df + 1) / (8 * df + 3)) * Math.sqrt(df * Math.log1p((t * t) / df)));
}

const LARGE = 100; // degrees of freedom from which the integral's steps are too wide

/** P(Z > z) of a standard normal Z for z >= 0: the complementary error function by Chebyshev fitting, relative error below 1.2e-7 (Press et al. 1992, erfcc). */
export function upperTail(z: number): number {
  const x = z / Math.SQRT2;
  const t = 1 / (1 + x / 2);
  const terms = [-1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223, 0.17087277];
  return (t * Math.exp(-x * x + terms.reduceRight((sum, c) => c + t * sum, 0))) / 2;
}

function quantileByIntegral(df: number): number {
  const goal = 0.05 * sinePowerIntegral(Math.PI / 2, df - 1);
  let [low, high] = [0, Math.PI / 2];
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (sinePowerIntegral(middle, df - 1) < goal) low = middle;
    else high = middle;
  }
  return Math.sqrt(df) / Math.tan((low + high) / 2);
}

/** The integral of sin(u)^power from 0 to `end`, by Simpson's rule over v with u = v², which is smooth at 0 for any power >= 0. */
function sinePowerIntegral(end: number, power: number): number {
  const h = Math.sqrt(end) / STEPS;
  let sum = 0;
  for (let i = 1; i <= STEPS; i++) {
    const v = i * h;
    sum += (i === STEPS ? 1 : i % 2 === 1 ? 4 : 2) * 2 * v * Math.sin(v * v) ** power;
  }
  return (sum * h) / 3;
}

/** Wilson's 95 % interval (1927) of a share 0..1 in `n` independent trials; `n` > 0, also a fraction. */
export function wilsonInterval(share: number, n: number): [low: number, high: number] {
  const scale = 1 + Z975 ** 2 / n;
  const centre = (share + Z975 ** 2 / (2 * n)) / scale;
  const half = (Z975 * Math.sqrt((share * (1 - share)) / n + (Z975 / (2 * n)) ** 2)) / scale;
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}
