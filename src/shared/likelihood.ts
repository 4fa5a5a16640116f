import { logitAt } from './calibration.ts';
import type { Comparison } from './comparison.ts';
import { countText, percentText } from './format.ts';
import { unitsText } from './interval-words.ts';
import { isIdentical } from './pair-truth.ts';
import type { Calibration, CurveFit, Metrics } from './run.ts';
import { CLASS_MEANING, labelPhrase } from './same-meaning.ts';

/** The likelihood ratio of a distance, for expert reports. */

/** How much more probable the distance is for same pairs than for different ones. */
export interface LikelihoodRatio {
  ratio: number; // > 0
  low: number; // 95 % interval over images or groups
  high: number;
  /** Ratios are kept between 1 / limit and limit. */
  limit: number;
}

/**
 * The largest ratio that validation pairs support: one more than the number of pairs without a common image. A ratio of n needs an event
 * that fewer than one in n independent pairs of the other label show. Similar bounds: P. Vergeer et al., "Numerical likelihood ratios
 * outputted by LR systems are often based on extrapolation: when to stop extrapolating?", Science & Justice 2016.
 */
export const largestRatio = (units: number): number => Math.floor(units / 2) + 1;

const bounded = (logRatio: number, limit: number): number => Math.min(Math.max(Math.exp(logRatio), 1 / limit), limit);

/** Natural logarithm of the ratio at a distance, within its bounds: posterior odds of the curve divided by the odds of its validation pairs. */
export function logRatioAt(distance: number, calibration: Calibration & { fit: Pick<CurveFit, 'same' | 'different' | 'units'> }): number {
  const { same, different, units } = calibration.fit;
  return Math.log(bounded(logitAt(distance, calibration) - Math.log(same / different), largestRatio(units)));
}

/** Null for identical images, for runs of older versions, which state no number of images, and if no validation pair is independent of the others. */
export function likelihoodRatio(comparison: Pick<Comparison, 'similarity' | 'certainty' | 'images'>): LikelihoodRatio | null {
  const { similarity, certainty } = comparison;
  if (!certainty || isIdentical(comparison)) return null;
  const prior = Math.log(certainty.same / (certainty.pairs - certainty.same));
  const limit = largestRatio(certainty.units);
  if (limit < 2) return null;
  const at = (p: number): number => bounded(Math.log(p / (1 - p)) - prior, limit);
  return { ratio: at(similarity), low: at(certainty.low), high: at(certainty.high), limit };
}

/** The verbal scale of ENFSI, "Guideline for evaluative reporting in forensic science", 2015: from this ratio on. */
const ENFSI_SCALE = [
  [1e6, 'extremely strong support'],
  [1e4, 'very strong support'],
  [1e3, 'strong support'],
  [100, 'moderately strong support'],
  [10, 'moderate support'],
  [2, 'weak support'],
] as const;

/** "moderate support"; null: the findings support neither proposition. */
export function verbalSupport(ratio: number): string | null {
  const size = Math.max(ratio, 1 / ratio);
  return ENFSI_SCALE.find(([from]) => size >= from)?.[1] ?? null;
}

/** Two figures: more would be below the error. */
export const ratioText = (ratio: number): string => (ratio >= 10 ? countText(Number(ratio.toPrecision(2))) : String(Number(ratio.toPrecision(2))));

/** One sentence with number, interval and words, and one with the conditions under which they hold. Null without a ratio. */
export function likelihoodSentences(comparison: Comparison): [string, string] | null {
  const found = likelihoodRatio(comparison);
  if (!found || !comparison.certainty) return null;
  const { meaning = CLASS_MEANING, certainty } = comparison;
  const [same, different] = [labelPhrase(meaning, 0), labelPhrase(meaning, 1)];
  // The larger side is stated, so that every ratio is above 1.
  const isSame = found.ratio >= 1;
  const [ratio, ...ends] = isSame ? [found.ratio, found.low, found.high] : [1 / found.ratio, 1 / found.high, 1 / found.low];
  const [low, high] = ends as [number, number];
  const bound = (value: number): string => (value >= found.limit ? `at least ${ratioText(found.limit)}` : ratioText(value));
  const interval = low < found.limit ? ` (95 % interval ${ratioText(low)} to ${bound(high)})` : '';
  const words = verbalSupport(Number(ratio.toPrecision(2))); // of the number that is shown
  const [one, other] = isSame ? [same, different] : [different, same];
  const support =
    words === null
      ? 'The findings support neither proposition.'
      : `The findings provide ${words} for the proposition that the images are ${one} rather than ${other}.`;
  return [
    `Likelihood ratio ${bound(ratio)}${interval}: the distance is ${bound(ratio)} times as probable if the images are ${one} as if they are ${other}. ${support}`,
    `Verbal scale of ENFSI (2015). The relevant population is the images of this data set: ${countText(certainty.pairs)} validation pairs of ${unitsText(certainty)}, sampled as in its evaluation, ${percentText(certainty.same / certainty.pairs)} of them same. Ratios are limited to ${ratioText(found.limit)}, one more than the validation pairs that have no ${certainty.over === 'groups' ? 'group' : 'image'} in common.${
      certainty.beyond ? ' No validation pair is at such a distance: the ratio is extrapolated.' : ''
    }`,
  ];
}

/** How good the ratios of a run are on pairs that it was not calibrated on. */
export const cllrSentence = ({ cllr, cllrMin }: NonNullable<Metrics['likelihood']>): string =>
  `Cost of the likelihood ratios (Cllr) on test pairs: ${cllr.toFixed(3)}, of which ${cllrMin.toFixed(3)} would remain with perfect calibration (Cllr-min) and ${(cllr - cllrMin).toFixed(3)} is lost by calibration. 0 is perfect, 1 is a system that always says 1.`;
