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
