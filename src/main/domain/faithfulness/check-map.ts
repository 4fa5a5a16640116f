import { type CurvePoint, COUNTERFACTUAL_SHARE, type ImageCheck, REMOVED_SHARES } from '../../../shared/faithfulness.ts';
import { type MapEnd, rankMap, type RankedMap, removalWeights } from './removal.ts';

/** What replaces the removed part of an image: its own blur, or the donor image at this position. */
export type Fill = 'blur' | number;

/** One perturbed image. `weights()` [pixels], 0..1: how much of each pixel `fill` replaces. Computed when needed: a check has over a hundred. */
export interface Removal {
  weights(): Float32Array;
  fill: Fill;
}

/** The distances D(X', Y) [removals] of perturbed copies X' of one image to the other image. */
export type DistancesAfter = (removals: readonly Removal[]) => Promise<ArrayLike<number>>;

interface MapsToCheck {
  map: Float32Array; // S of the image, enlarged to its pixels
  rolled: readonly Float32Array[]; // likewise
  donors: number; // donor images, 0 or more
}

const ENDS: readonly MapEnd[] = ['bottom', 'top'];

/**
 * Checks one image's map by removing parts of the image (Samek et al. 2017, "Evaluating the visualization of what a deep neural network
 * has learned"; deletion and insertion in one). Signed score, for a map of the distance:
 *
 *   s = mean over shares f of [ D(without the map's bottom f) - D(without its top f) ]
 *
 * The negative of a map scores -s, so chance is 0. `distance`: D of the unchanged pair.
 */
export async function checkMap(
  { map, rolled, donors }: MapsToCheck,
  distance: number,
  distancesAfter: DistancesAfter,
): Promise<Omit<ImageCheck, 'pixels'>> {
  const ranked = lazy(() => rankMap(map));
  const own = removalsOf(ranked, 'blur');
  const withDonors = Array.from({ length: donors }, (_, i) => removalsOf(ranked, i));
  const kinds = [map, map.map((value) => -value)].map((kind) => (kind.some((value) => value > 0) ? [strongestOf(kind)] : []));
  const copies = rolled.map((copy) =>
    removalsOf(
      lazy(() => rankMap(copy)),
      'blur',
    ),
  );
  const parts = [own, ...kinds, ...withDonors, ...copies];
  const all = await distancesAfter(parts.flat());
  let at = 0;
  const [ownAfter, raising, lowering, ...after] = parts.map((part) => part.map(() => all[at++]!)) as [number[], number[], number[], ...number[][]];
  const [donorsAfter, rolledAfter] = [after.slice(0, donors), after.slice(donors)];
  const shift = ([moved]: number[]): number | null => (moved === undefined ? null : moved - distance);
  return {
    score: signedScore(ownAfter),
    rolled: rolledAfter.map(signedScore),
    donor: donors === 0 ? null : donorsAfter.reduce((sum, values) => sum + signedScore(values), 0) / donors,
    curve: curveOf(ownAfter, rolledAfter),
    raising: shift(raising),
    lowering: shift(lowering),
  };
}

/** Bottom and top at every share, in the order that `signedScore` and `curveOf` expect. */
const removalsOf = (ranked: () => RankedMap, fill: Fill): Removal[] =>
  REMOVED_SHARES.flatMap((share) => ENDS.map((end) => ({ fill, weights: () => removalWeights(ranked(), share, end) })));

/** Blurs the strongest part of a map of one kind (values above 0 are evidence), at most the part that has evidence. */
export const strongestOf = (kind: Float32Array): Removal => ({
  fill: 'blur',
  weights: () => removalWeights(rankMap(kind), COUNTERFACTUAL_SHARE, 'top', 'positive'),
});

function signedScore(after: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < after.length; i += 2) sum += after[i]! - after[i + 1]!;
  return sum / REMOVED_SHARES.length;
}

const curveOf = (own: readonly number[], rolled: readonly number[][]): CurvePoint[] =>
  REMOVED_SHARES.map((share, i) => {
    const ends = rolled.flatMap((after) => after.slice(2 * i, 2 * i + 2)).sort((a, b) => a - b);
    const at = (q: number): number => ends[Math.round(q * (ends.length - 1))] ?? NaN;
    const mean = ends.reduce((sum, value) => sum + value, 0) / ends.length;
    return { share, bottom: own[2 * i]!, top: own[2 * i + 1]!, rolled: { mean, low: at(0.1), high: at(0.9) } };
  });

/** Caches a result for the removals of one map with one fill, then frees it: a ranked map of a large image takes megabytes. */
function lazy<T>(make: () => T): () => T {
  let cached: { value: T } | null = null;
  let uses = 0;
  return () => {
    cached ??= { value: make() };
    const { value } = cached;
    if (++uses === 2 * REMOVED_SHARES.length) [cached, uses] = [null, 0];
    return value;
  };
}
