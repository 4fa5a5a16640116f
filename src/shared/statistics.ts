/** Quantiles and intervals that screen, report and computation share. */

/** The 97.5 % quantile of the standard normal distribution. */
const Z975 = 1.959963985;

/** 1 / (1 + exp(-x)) */
export const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

/**
 * The 97.5 % quantile of Student's t. Exact for 1 and 2 degrees of freedom, from 3 on by Cornish & Fisher's expansion (Abramowitz &
 * Stegun 26.7.5), with an error below 0.6 %.
 */
export function studentT975(df: number): number {
  if (df <= 1) return Math.tan(0.475 * Math.PI);
  if (df === 2) return 0.95 * Math.sqrt(2 / (1 - 0.95 ** 2));
  const z = Z975;
  const terms = [
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
    (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92160,
  ];
  return terms.reduce((sum, term, i) => sum + term / df ** (i + 1), z);
}

/** Wilson's 95 % interval (1927) of a share 0..1 in `n` independent trials; `n` > 0, also a fraction. */
export function wilsonInterval(share: number, n: number): [low: number, high: number] {
  const scale = 1 + Z975 ** 2 / n;
  const centre = (share + Z975 ** 2 / (2 * n)) / scale;
  const half = (Z975 * Math.sqrt((share * (1 - share)) / n + (Z975 / (2 * n)) ** 2)) / scale;
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}
