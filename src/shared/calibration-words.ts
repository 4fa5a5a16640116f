import { countText, percentText } from './format.ts';
import type { Reliability } from './run.ts';

/** Words on how well similarities are calibrated, for the screen and the report. */

export const OLDER_CURVE =
  'An older version fitted this run’s similarity curve: how precise its similarities are is not known. Fit it again; the threshold stays.';

const points = (share: number): string => `${(100 * share).toFixed(1)} percentage points`;

/** `cross`: of validation pairs, each judged by a curve that did not see its images. */
export function reliabilitySentence({ pairs, error, brier, parts }: Reliability, cross: boolean): string {
  const on = cross
    ? `On ${countText(pairs)} validation pairs, each judged by a curve that did not see its images,`
    : `On ${countText(pairs)} test pairs`;
  return `${on} similarities differ from the share of same pairs by ${points(error)} on average (expected calibration error). Brier score ${brier.toFixed(3)}; always saying the share of same pairs, ${percentText(shareOfSame(parts.uncertainty))}, scores ${parts.uncertainty.toFixed(3)}. Of it, ${parts.reliability.toFixed(3)} is miscalibration, and ${parts.resolution.toFixed(3)} is what the distance tells.`;
}

/** The share p of at most one half with p (1 - p) = uncertainty. */
const shareOfSame = (uncertainty: number): number => (1 - Math.sqrt(Math.max(0, 1 - 4 * uncertainty))) / 2;
