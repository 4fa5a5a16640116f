import type { Interval, Reliability, ReliabilityBin } from '../../../shared/run.ts';
import { wilsonInterval } from '../../../shared/statistics.ts';
import type { PairUnits } from './units.ts';

const BINS = 10;

/**
 * How well similarities agree with the labels, in ten bins of similarity of equal width: the expected calibration error (C. Guo et al., "On
 * calibration of modern neural networks", 2017), the Brier score and its parts (A. Murphy, "A new vector partition of the probability score",
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
    brier: brier / n,
    parts: {
      reliability: mean((bin) => (bin.similarity - bin.same / bin.pairs) ** 2),
      resolution: mean((bin) => (bin.same / bin.pairs - share) ** 2),
      uncertainty: share * (1 - share),
    },
    bins: filled,
  };
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
