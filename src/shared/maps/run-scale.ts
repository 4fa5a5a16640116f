import type { Comparison, ComparisonRow, RunMapScale, ScaleChoice } from '../comparison.ts';
import { percentile } from './contour.ts';

/**
 * Validation pairs that are explained to measure a scale. With samples of 256 pairs as balancedSample draws them, the scale has a
 * relative standard deviation of 1.2 to 3.6 % (two data sets of photographs, three runs, two layers, 300 samples each); with 64 pairs
 * drawn without regard to their images it has 7 to 13 %.
 */
export const SCALE_PAIRS = 256;
/** Not the maximum: one image would decide how pale all others are. The maximum was 1.4 to 2.6 times this quantile (six layers, two runs). */
export const FULL_COLOUR_QUANTILE = 0.9;
/**
 * A map whose largest value is below this share of full colour is weak. Its strongest spot is painted with an opacity of at most
 * 0.19, which is hardly visible on a photograph: a line or sentence about its location would claim more than the colours show.
 * Of 128 validation images, 8 % have two weak maps with a network for flowers, 35 % with one for skin lesions (MobileNetV2, head only).
 */
export const WEAK_SHARE = 0.1;

/** `maxima`: the largest |S| of each image. See RunMapScale. */
export function runScaleOf(maxima: Float32Array): RunMapScale {
  const quantile = percentile(maxima, 100 * FULL_COLOUR_QUANTILE);
  return { fullColour: quantile > 0 ? quantile : maxima.reduce((most, value) => Math.max(most, value), 0), images: maxima.length };
}

export interface FullColour {
  value: number; // |S| painted in full colour, >= 0
  scale: ScaleChoice; // the scale that gives the value
}

/** The scales of a comparison. */
export type Scaled = Pick<Comparison, 'scale' | 'runScale'>;

/** Falls back to the pair's own scale where the run's is not known, or is 0. */
export function fullColourOf({ scale, runScale }: Scaled, choice: ScaleChoice): FullColour {
  return choice === 'run' && runScale && runScale.fullColour > 0 ? { value: runScale.fullColour, scale: 'run' } : { value: scale, scale: 'pair' };
}

/** Whether a map of the pair has values above full colour, which are painted like it. */
export const isExceeded = (comparison: Scaled, choice: ScaleChoice): boolean =>
  comparison.scale > fullColourOf(comparison, choice).value * (1 + 1e-6); // float32 beside float64

/** The value below which a map is weak; null if the run's scale is not known. */
export const weakBelow = ({ runScale }: Pick<Scaled, 'runScale'>): number | null =>
  runScale && runScale.fullColour > 0 ? WEAK_SHARE * runScale.fullColour : null;

/** `strongest`: the largest value of a map. An empty map is not weak: it has its own words. */
export function isWeakMap(strongest: number, comparison: Pick<Scaled, 'runScale'>): boolean {
  const level = weakBelow(comparison);
  return level !== null && strongest > 0 && strongest < level;
}

/** The scale of a saved comparison's overlay files. Versions before 0.2 stretched every pair. */
export const savedChoice = ({ shownScale, images }: Pick<ComparisonRow, 'shownScale' | 'images'>): ScaleChoice =>
  shownScale ?? (images.every(({ strongest }) => strongest) ? 'run' : 'pair');
