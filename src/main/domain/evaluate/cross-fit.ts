import { similarityOf } from '../../../shared/calibration.ts';
import { randomFor } from '../../../shared/random.ts';
import type { Reliability } from '../../../shared/run.ts';
import { fitPlatt } from './platt.ts';
import { reliabilityOf } from './reliability.ts';
import type { PairUnits } from './units.ts';

const FOLDS = 10;

/**
 * Similarities of pairs by curves that saw neither of their units (images or groups): the units are divided into ten folds, and the similarity of
 * a pair is that of the curve fitted to the pairs with no unit in the pair's folds. A fit on two thirds of the pairs is noisier than the one on
 * all, so figures of these similarities are slightly pessimistic. NaN where too little is left, without both labels.
 * `distances`, `labels` [N].
 */
export function crossFittedSimilarities(distances: ArrayLike<number>, labels: ArrayLike<number>, { count, a, b }: PairUnits): Float64Array {
  const foldOf = new Uint8Array(count);
  const order = randomFor(1, 'cross-fit').shuffle(Array.from({ length: count }, (_, unit) => unit));
  for (const [i, unit] of order.entries()) foldOf[unit] = i % FOLDS;
  const similarities = new Float64Array(distances.length).fill(NaN);
  for (let f = 0; f < FOLDS; f++)
    for (let g = f; g < FOLDS; g++) {
      const [rest, restLabels, members]: number[][] = [[], [], []];
      for (let i = 0; i < distances.length; i++) {
        const [k, l] = [foldOf[a[i]], foldOf[b[i]]];
        if ((k === f && l === g) || (k === g && l === f)) members.push(i);
        if (k === f || k === g || l === f || l === g) continue;
        rest.push(distances[i]);
        restLabels.push(labels[i]);
      }
      if (members.length === 0 || !restLabels.includes(0) || !restLabels.includes(1)) continue;
      const { centre, level, slope } = fitPlatt(rest, restLabels);
      const midpoint = centre + level / slope;
      for (const i of members) similarities[i] = similarityOf(distances[i], { threshold: midpoint, midpoint, slope });
    }
  return similarities;
}

/** How well cross-fitted similarities agree with the labels; null if no pair has one. */
export function crossFitReliability(distances: ArrayLike<number>, labels: ArrayLike<number>, units: PairUnits): Reliability | null {
  const all = crossFittedSimilarities(distances, labels, units);
  const judged = Array.from(all.keys()).filter((i) => !Number.isNaN(all[i]));
  if (judged.length === 0) return null;
  const of = (values: ArrayLike<number>): Float64Array => Float64Array.from(judged, (i) => values[i]);
  const some = { ...units, a: Uint32Array.from(judged, (i) => units.a[i]), b: Uint32Array.from(judged, (i) => units.b[i]) };
  return reliabilityOf(of(labels), of(all), some);
}
