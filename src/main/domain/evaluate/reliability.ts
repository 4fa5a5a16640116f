import type { Interval, Reliability, ReliabilityBin } from '../../../shared/run.ts';
import { wilsonInterval } from '../../../shared/statistics.ts';
import type { PairUnits } from './units.ts';

const BINS = 10;

/**
 * How well similarities agree with the labels, in ten bins of similarity of equal width: the expected calibration error (C. Guo et al., "On
 * calibration of modern neural networks", 2017) with what it would be by chance (chanceOf), the Brier score and its parts (A. Murphy, "A new vector partition of the probability score",
 * 1973; within bins, so their sum is only nearly the score). On the pairs that a curve was fitted to it is optimistic: see crossFitReliability.
 * `labels`, `similarities` [N], P(same); N > 0.
 */
export function reliabilityOf(labels: ArrayLike<number>, similarities: ArrayLike<number>, units: PairUnits): Reliability {
  const bins: number[][] = Array.from({ length: BINS }, () => []);
  let [brier, same] = [0, 0];
  const n = labels.length;
  for (let i = 0; i < n; i++) {
    const p = similarities[i];
    bins[Math.min(BINS - 1, Math.floor(p * BINS))].push(i);
    brier += (p - (1 - labels[i])) ** 2;
    same += 1 - labels[i];
  }
  const share = same / n;
  const filled = bins.filter((members) => members.length > 0).map((members) => binOf(members, labels, similarities, units));
  const mean = (of: (bin: ReliabilityBin) => number): number => filled.reduce((sum, bin) => sum + (bin.pairs / n) * of(bin), 0);
  return {
    pairs: n,
    error: mean((bin) => Math.abs(bin.similarity - bin.same / bin.pairs)),
    chance: bins.reduce((sum, members) => sum + chanceOf(members, labels, similarities, units), 0) / n,
    brier: brier / n,
    parts: {
      reliability: mean((bin) => (bin.similarity - bin.same / bin.pairs) ** 2),
      resolution: mean((bin) => (bin.same / bin.pairs - share) ** 2),
      uncertainty: share * (1 - share),
    },
    bins: filled,
  };
}

/**
 * The mean of |sum over a bin of label - similarity| if the similarities are the true probabilities: that of a normal variable, sqrt(2 / pi) sd.
 * sd² is the variance by dyadic clustering (see curveFit) of these residuals less their mean, and at least the binomial one. Simulated samples of
 * 83 images in 5 classes have an error of 0.035 by chance, where this gives 0.033; of 48 in 2 classes 0.049 and 0.045
 * (docs/benchmarks/calibration.md).
 */
function chanceOf(members: readonly number[], labels: ArrayLike<number>, similarities: ArrayLike<number>, { a, b }: PairUnits): number {
  const residual = (i: number): number => 1 - labels[i] - similarities[i];
  const mean = members.reduce((sum, i) => sum + residual(i), 0) / members.length;
  const sums = new Map<number, number>();
  let [own, binomial] = [0, 0];
  for (const i of members) {
    const r = residual(i) - mean;
    own += r * r;
    binomial += similarities[i] * (1 - similarities[i]);
    for (const unit of new Set([a[i], b[i]])) sums.set(unit, (sums.get(unit) ?? 0) + r);
  }
  const dyadic = sums.values().reduce((sum, u) => sum + u * u, 0) - own;
  return Math.sqrt((2 / Math.PI) * Math.max(dyadic, binomial));
}

function binOf(members: readonly number[], labels: ArrayLike<number>, similarities: ArrayLike<number>, units: PairUnits): ReliabilityBin {
  const n = members.length;
  const same = members.reduce((sum, i) => sum + 1 - labels[i], 0);
  const [low, high] = wilsonOverUnits(members, labels, units);
  return { similarity: members.reduce((sum, i) => sum + similarities[i], 0) / n, pairs: n, same, low, high };
}

/**
 * 95 % interval of the share of same pairs among `members`, over units: Wilson's (1927) with the number of pairs divided by the design effect,
 * which is the variance by dyadic clustering (see curveFit) over the binomial one. Where all labels are equal there is no variance: then only
 * as many pairs count as can have no unit in common.
 */
export function wilsonOverUnits(members: readonly number[], labels: ArrayLike<number>, { a, b }: PairUnits): Interval {
  const n = members.length;
  const share = members.reduce((sum, i) => sum + 1 - labels[i], 0) / n;
  const sums = new Map<number, number>();
  for (const i of members) for (const unit of new Set([a[i], b[i]])) sums.set(unit, (sums.get(unit) ?? 0) + (1 - labels[i]) - share);
  const binomial = n * share * (1 - share);
  const dyadic = sums.values().reduce((sum, u) => sum + u * u, 0) - binomial;
  const effective = binomial === 0 ? Math.min(n, Math.max(1, sums.size / 2)) : n / Math.max(1, dyadic / binomial);
  return wilsonInterval(share, effective);
}
