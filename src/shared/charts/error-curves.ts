import type { Metrics } from '../run.ts';
import { errorsAt, type PairDistances } from '../thresholds.ts';

/** Errors at every threshold of a set of pairs, as three curves. "Different" is the positive class, as everywhere. */

export const ERROR_CURVES = ['roc', 'precision', 'det'] as const;
export type ErrorCurveKind = (typeof ERROR_CURVES)[number];

export const CURVE_WORDS = {
  roc: { label: 'ROC', x: 'same pairs predicted different', y: 'different pairs predicted different' },
  precision: { label: 'Precision–recall', x: 'different pairs found (recall)', y: 'truly different of those predicted different (precision)' },
  det: { label: 'DET', x: 'false “different”, %', y: 'false “same”, %' },
} as const satisfies Record<ErrorCurveKind, { label: string; x: string; y: string }>;

type Rates = [falsePositiveRate: number, truePositiveRate: number];

/** ROC points with the pairs behind them. */
export interface PairRates extends Pick<Metrics, 'split' | 'roc' | 'same' | 'different'> {
  /** At the threshold. */
  point: { fpr: number; tpr: number } | null;
}

const MOST_POINTS = 200;

/** The curve of stored distances, at up to 200 of them. */
export function ratesOf(valid: PairDistances, threshold: number): PairRates {
  const distances = [...new Set([...valid.same, ...valid.different])].sort((a, b) => a - b);
  const step = Math.max(1, distances.length / MOST_POINTS);
  const chosen = Array.from({ length: Math.ceil(distances.length / step) }, (_, i) => distances[distances.length - 1 - Math.floor(i * step)]!);
  const at = (limit: number): Rates => {
    const { same, different, falseDifferent, falseSame } = errorsAt(valid, limit);
    return [falseDifferent / same, 1 - falseSame / different];
  };
  const [fpr, tpr] = at(threshold);
  return {
    split: 'valid',
    roc: [...chosen.map(at), [1, 1]],
    same: valid.same.length,
    different: valid.different.length,
    point: { fpr, tpr },
  };
}

/** The coordinates of rates on a curve; NaN where precision is not defined, as nothing is predicted different. */
export function curvePoint(
  kind: ErrorCurveKind,
  { same, different }: Pick<PairRates, 'same' | 'different'>,
  [fpr, tpr]: Rates,
): [x: number, y: number] {
  if (kind === 'roc') return [fpr, tpr];
  if (kind === 'det') return [probit(bounded(fpr, same)), probit(bounded(1 - tpr, different))];
  const [found, wrong] = [tpr * different, fpr * same];
  return [tpr, found / (found + wrong)];
}

/** A rate that n pairs can show: none is 0 or 1, where the normal deviate is infinite. */
const bounded = (rate: number, n: number): number => Math.min(Math.max(rate, 0.5 / n), 1 - 0.5 / n);

/** The quantile of the normal distribution, to 5e-4: Abramowitz & Stegun 26.2.23. */
export function probit(p: number): number {
  if (p > 0.5) return -probit(1 - p);
  const t = Math.sqrt(-2 * Math.log(p));
  return (2.515517 + 0.802853 * t + 0.010328 * t * t) / (1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t * t * t) - t;
}
