import type { Split } from '../../../shared/dataset.ts';
import { splitName } from './check.ts';
import { quantile } from './metrics.ts';

/** Distances whose middle 98 % span less than this share of the margin are alike: training moved nothing apart. */
const COLLAPSED_SPREAD = 0.02;
/** The contrastive gradient fades towards the margin, so a well-trained pair may stop a little short of it. */
const NEAR_MARGIN = 0.9;
const NEARLY_NONE = 0.02;
const FEW_PAIRS = 100;

const short = (x: number): string => Number(x.toPrecision(3)).toString();

/** `distances` [N] of a split's pairs, any labels; `margin` in units of distance. A sentence, or null when all is well. */
export function collapseWarning(distances: ArrayLike<number>, margin: number): string | null {
  if (distances.length < 2) return null;
  const sorted = Float64Array.from(distances).sort();
  const [low, high] = [quantile(sorted, 0.01), quantile(sorted, 0.99)];
  if (!(high - low < COLLAPSED_SPREAD * margin)) return null;
  return `The network gives nearly every pair the same distance (${short(low)} to ${short(high)}, with a margin of ${short(margin)}), so it cannot tell same from different. Train again with a lower learning rate, another seed or more layers trained.`;
}

/** `distances`, `labels` [N]. A sentence when nearly no different pair comes near the margin the loss asks for, or null. */
export function unreachableMargin(distances: ArrayLike<number>, labels: ArrayLike<number>, margin: number): string | null {
  const different = Array.from(distances).filter((_, i) => labels[i] === 1);
  if (different.length === 0) return null;
  const near = different.filter((d) => d >= NEAR_MARGIN * margin).length;
  if (near > NEARLY_NONE * different.length) return null;
  const furthest = different.reduce((most, d) => Math.max(most, d), 0);
  return `Only ${near} of ${different.length} different pairs come near the margin of ${short(margin)} (the largest distance is ${short(furthest)}): the network has not learned to push them that far apart. Train for more epochs, train more layers, or lower the margin.`;
}

/** A sentence when a split's figures rest on fewer than 100 pairs, or null. */
export function smallSampleWarning(split: Split, pairs: number): string | null {
  if (pairs >= FEW_PAIRS) return null;
  const use = split === 'valid' ? 'the threshold and the similarity' : 'its figures';
  return `There are only ${pairs} ${splitName(split)} pairs, so ${use} can be far off. Import more images.`;
}
