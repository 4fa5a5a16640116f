import { type Split, SPLIT_NAMES } from '../../../shared/dataset.ts';
import { similarityOf } from '../../../shared/calibration.ts';
import { countNoun, countText } from '../../../shared/format.ts';
import type { Finding } from '../../../shared/lint.ts';
import type { Calibration } from '../../../shared/run.ts';
import { quantile } from '../evaluate/metrics.ts';

/** Embeddings count as collapsed if the middle 98 % of distances span less than this share of the expected distance. */
const COLLAPSED_SPREAD = 0.02;
/** Share of the margin that counts as reached. The gradient of a margin loss vanishes at the margin, so pairs stop just below it. */
const NEAR_MARGIN = 0.9;
const MIN_SHARE_NEAR = 0.02; // of different pairs; fewer give a finding
const FLAT = 0.1; // a curve whose similarities differ by less is flat
const MIN_PAIRS = 100; // fewer give a finding
const MAX_ONE_SIDED = 0.99; // of the pairs on one side of the threshold; more give a finding

/** Distances of validation pairs by label, each ascending (RunRecord.validDistances). */
export interface LabelledDistances {
  same: readonly number[];
  different: readonly number[];
}

const shortNumber = (x: number): string => Number(x.toPrecision(3)).toString();

/** If nearly all distances of a split's pairs are equal. `scale`: the distance that different images are expected to have. */
export function collapse({ same, different }: LabelledDistances, scale: number): Finding | null {
  const sorted = Float64Array.from([...same, ...different]).sort();
  if (sorted.length < 2) return null;
  const [low, high] = [quantile(sorted, 0.01), quantile(sorted, 0.99)];
  if (!(high - low < COLLAPSED_SPREAD * scale)) return null;
  return {
    rule: 'collapse',
    text: `The network gives nearly every pair the same distance (${shortNumber(low)} to ${shortNumber(high)}, where about ${shortNumber(scale)} is expected of different images), so it cannot tell same from different.`,
    advice: 'Train again with more layers, another loss or, if it is trained by steps, a lower learning rate.',
  };
}

/**
 * If hardly any different pair reaches the margin of the loss. `margin`: a distance. One that no pair can reach is refused before the training
 * (lossProblem in src/main/features/training/defaults.ts), by every door, so no run has it.
 */
export function unreachedMargin({ different }: LabelledDistances, margin: number): Finding | null {
  if (different.length === 0) return null;
  const near = different.filter((d) => d >= NEAR_MARGIN * margin).length;
  if (near > MIN_SHARE_NEAR * different.length) return null;
  return {
    rule: 'margin',
    text: `Only ${countText(near)} of ${countText(different.length)} different pairs come near the margin of ${shortNumber(margin)} (the largest distance is ${shortNumber(different.at(-1)!)}): the network has not learned to push them that far apart.`,
    advice: 'Train for more epochs, train more layers, or lower the margin.',
  };
}

/** If the similarity curve does not fall with the distance beyond twice the standard error of its slope, which is that over images or groups. */
export function noSeparation(calibration: Calibration): Finding | null {
  const { slope, fit } = calibration;
  if (!fit) return null;
  const error = Math.sqrt(fit.covariance[2]);
  if (slope + 2 * error < 0)
    return {
      rule: 'separation',
      text: 'On validation pairs, images of same pairs are farther apart than images of different pairs, so most verdicts are wrong.',
      advice: 'Check the classes or groups of the data set, or train again with other settings. Do not use the verdicts of this run.',
    };
  if (slope - 2 * error > 0 && fit.range[0] < fit.range[1]) return null;
  const [nearest, farthest] = fit.range.map((distance) => similarityOf(distance, calibration)) as [number, number];
  if (Math.abs(nearest - farthest) > FLAT)
    return {
      rule: 'separation',
      text: 'The validation pairs don’t prove that the distance separates same from different, so similarities may be far off.',
      advice: 'Import more images, or train with other settings, before relying on them.',
    };
  return {
    rule: 'separation',
    text: 'On validation pairs the distance does not separate same from different, so every similarity is close to the share of same pairs.',
    advice: 'Train with other settings, such as more layers, before relying on it.',
  };
}

/** If the curve is 50 % beyond all distances and the threshold is the default, which is then the nearest distance to it. */
export function noCrossing({ threshold, midpoint, fit }: Calibration): Finding | null {
  if (!fit || midpoint === undefined) return null;
  const [nearest, farthest] = fit.range;
  if (!(midpoint < nearest && threshold === nearest) && !(midpoint > farthest && threshold === farthest)) return null;
  return {
    rule: 'threshold',
    text: 'The similarity does not reach 50 % at any distance of the validation pairs, so nearly all of them get the same verdict.',
    advice: 'Choose a threshold by another rule, or train again.',
  };
}

/** If nearly all validation pairs are on one side of the threshold. */
export function thresholdOutside({ same, different }: LabelledDistances, threshold: number): Finding | null {
  const all = [...same, ...different];
  if (all.length === 0) return null;
  const above = all.filter((d) => d > threshold).length;
  const side = above >= MAX_ONE_SIDED * all.length ? 'above' : above <= (1 - MAX_ONE_SIDED) * all.length ? 'below' : null;
  if (side === null) return null;
  const count = side === 'above' ? above : all.length - above;
  const [nearest, farthest] = [Math.min(same[0] ?? Infinity, different[0] ?? Infinity), Math.max(same.at(-1) ?? 0, different.at(-1) ?? 0)];
  return {
    rule: 'threshold',
    text: `The threshold of ${shortNumber(threshold)} is outside the data: ${countText(count)} of ${countText(all.length)} validation pairs are ${side} it (distances ${shortNumber(nearest)} to ${shortNumber(farthest)}), so nearly every verdict is “${side === 'above' ? 'different' : 'same'}”.`,
    advice: 'Choose another threshold, or train again.',
  };
}

/** If a split has fewer than 100 pairs. */
export function fewPairs(split: Split, pairs: number): Finding | null {
  if (pairs >= MIN_PAIRS) return null;
  const use = split === 'valid' ? 'the threshold and the similarity' : 'its metrics';
  return {
    rule: 'few-pairs',
    text: `There ${pairs === 1 ? 'is' : 'are'} only ${countNoun(pairs, `${SPLIT_NAMES[split]} pair`)}, so ${use} may be inaccurate.`,
    advice: 'Import more images.',
  };
}
