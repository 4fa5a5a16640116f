import type { Split } from '../../../shared/dataset.ts';
import { countText } from '../../../shared/format.ts';
import { splitName } from './check.ts';
import { quantile } from './metrics.ts';

/** Embeddings count as collapsed if the middle 98 % of distances span less than this share of the expected distance. */
const COLLAPSED_SPREAD = 0.02;
/** Share of the margin that counts as reached. The gradient of a margin loss vanishes at the margin, so pairs stop just below it. */
const NEAR_MARGIN = 0.9;
const MIN_SHARE_NEAR = 0.02; // of different pairs; fewer give a warning
const MIN_PAIRS = 100; // fewer give a warning

const shortNumber = (x: number): string => Number(x.toPrecision(3)).toString();

/** A warning if nearly all distances of a split's pairs are equal, else null. `distances` [N]; `scale`: the distance that different images are expected to have. */
export function collapseWarning(distances: ArrayLike<number>, scale: number): string | null {
  if (distances.length < 2) return null;
  const sorted = Float64Array.from(distances).sort();
  const [low, high] = [quantile(sorted, 0.01), quantile(sorted, 0.99)];
  if (!(high - low < COLLAPSED_SPREAD * scale)) return null;
  return `The network gives nearly every pair the same distance (${shortNumber(low)} to ${shortNumber(high)}, where about ${shortNumber(scale)} is expected of different images), so it cannot tell same from different. Train again with a lower learning rate, another seed or more layers trained.`;
}

/** A warning if hardly any different pair reaches the margin of the loss, else null. `distances`, `labels` [N]. */
export function unreachableMargin(distances: ArrayLike<number>, labels: ArrayLike<number>, margin: number): string | null {
  const different = Array.from(distances).filter((_, i) => labels[i] === 1);
  if (different.length === 0) return null;
  const near = different.filter((d) => d >= NEAR_MARGIN * margin).length;
  if (near > MIN_SHARE_NEAR * different.length) return null;
  const furthest = different.reduce((most, d) => Math.max(most, d), 0);
  return `Only ${countText(near)} of ${countText(different.length)} different pairs come near the margin of ${shortNumber(margin)} (the largest distance is ${shortNumber(furthest)}): the network has not learned to push them that far apart. Train for more epochs, train more layers, or lower the margin.`;
}

/** A warning if a split has fewer than 100 pairs, else null. */
export function smallSampleWarning(split: Split, pairs: number): string | null {
  if (pairs >= MIN_PAIRS) return null;
  const use = split === 'valid' ? 'the threshold and the similarity' : 'its metrics';
  return `There are only ${pairs} ${splitName(split)} pairs, so ${use} may be inaccurate. Import more images.`;
}
