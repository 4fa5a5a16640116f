import type { ClassCell, ClassFigures, PairMatrix } from '../../../shared/structure.ts';
import { numberIn } from '../../../shared/numbering.ts';
import { aucInfluence, rateInfluences } from '../evaluate/influence.ts';
import { rateIntervals } from '../evaluate/intervals.ts';
import { tieGroups } from '../evaluate/roc.ts';
import { isWrong } from '../evaluate/threshold.ts';
import type { PairUnits } from '../evaluate/units.ts';

/** Test pairs as columns, [N] each. */
export interface EvaluatedPairs {
  labels: Uint8Array; // 0 same, 1 different
  distances: Float64Array;
  units: PairUnits;
}

/**
 * The share of 1 - AUC that each pair causes, [N]; they add up to 1. The AUC is a mean over comparisons of a same with a different pair, so
 * each comparison in the wrong order (a tie is half a one) is charged to both pairs by half. All 0 if the AUC is 1.
 */
export function lossShares({ labels, distances }: Pick<EvaluatedPairs, 'labels' | 'distances'>): Float64Array {
  const { value: auc, influence } = aucInfluence(tieGroups(distances, labels), labels);
  const counts = [0, 0];
  for (const label of labels) counts[label]!++;
  // influence of a pair = (its share of comparisons in the right order - AUC) / pairs of its label
  return influence.map((w, i) => (auc < 1 ? Math.max(0, (1 - auc) / counts[labels[i]!]! - w) / (2 * (1 - auc)) : 0));
}

/** Sums pairs by the names of their two images. `a`, `b` [N]: positions in `names`; pairs with a negative one are left out. */
export function pairMatrix(
  names: readonly string[],
  { a, b }: { a: ArrayLike<number>; b: ArrayLike<number> },
  { labels, distances }: EvaluatedPairs,
  threshold: number,
  loss: Float64Array,
): PairMatrix {
  const cells = new Map<number, ClassCell>();
  for (let i = 0; i < labels.length; i++) {
    const [low, high] = [Math.min(a[i]!, b[i]!), Math.max(a[i]!, b[i]!)];
    if (low < 0) continue;
    const key = low * names.length + high;
    let cell = cells.get(key);
    if (!cell) cells.set(key, (cell = { a: low, b: high, pairs: 0, wrong: 0, distance: 0, loss: 0 }));
    cell.pairs++;
    cell.wrong += isWrong(distances[i]!, labels[i]!, threshold);
    cell.distance += (distances[i]! - cell.distance) / cell.pairs;
    cell.loss += loss[i]!;
  }
  return { names: [...names], cells: [...cells.values()].sort((x, y) => x.a - y.a || x.b - y.b) };
}

/** Figures of the pairs that have an image of one class, for each class. `a`, `b` [N]: classes of the images; `images`: of each class. */
export function classFigures(
  classes: number,
  { a, b }: { a: ArrayLike<number>; b: ArrayLike<number> },
  pairs: EvaluatedPairs,
  threshold: number,
  images: ArrayLike<number>,
): Omit<ClassFigures, 'recall1'>[] {
  const members: number[][] = Array.from({ length: classes }, () => []);
  for (let i = 0; i < pairs.labels.length; i++) for (const c of new Set([a[i]!, b[i]!])) members[c]!.push(i);
  return members.map((own, c) => {
    const labels = Uint8Array.from(own, (i) => pairs.labels[i]!);
    const distances = Float64Array.from(own, (i) => pairs.distances[i]!);
    const wrong = [0, 0];
    distances.forEach((d, i) => (wrong[labels[i]!]! += isWrong(d, labels[i]!, threshold)));
    const different = labels.reduce((sum, label) => sum + label, 0);
    return {
      images: images[c]!,
      pairs: own.length,
      accuracy: accuracyOf(distances, labels, threshold, subsetOf(pairs.units, own)),
      sameWrong: wrong[0]!,
      same: own.length - different,
      differentWrong: wrong[1]!,
      different,
    };
  });
}

function accuracyOf(distances: Float64Array, labels: Uint8Array, threshold: number, units: PairUnits): ClassFigures['accuracy'] {
  if (labels.length === 0) return null;
  const { accuracy } = rateInfluences(distances, labels, threshold);
  return { value: accuracy.value, interval: rateIntervals(distances, labels, threshold, units).accuracy };
}

/** The units of some of the pairs, numbered from 0. */
function subsetOf({ over, a, b }: PairUnits, own: readonly number[]): PairUnits {
  const numbers = new Map<number, number>();
  const [first, second] = [a, b].map((units) => Uint32Array.from(own, (i) => numberIn(numbers, units[i]!))) as [Uint32Array, Uint32Array];
  return { over, count: numbers.size, a: first, b: second };
}

/** The share of 1 - AUC that pairs of the worst `count` units cause, an image's pairs counted half. `a`, `b` [N]: images of the pairs. */
export function worstImagesLoss({ a, b }: { a: ArrayLike<number>; b: ArrayLike<number> }, loss: Float64Array, count: number): number {
  const ofImage = new Map<number, number>();
  for (let i = 0; i < loss.length; i++) for (const image of [a[i]!, b[i]!]) ofImage.set(image, (ofImage.get(image) ?? 0) + loss[i]! / 2);
  return [...ofImage.values()]
    .sort((x, y) => y - x)
    .slice(0, count)
    .reduce((sum, x) => sum + x, 0);
}
