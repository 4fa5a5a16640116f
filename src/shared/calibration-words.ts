import { countText, percentText } from './format.ts';
import type { Reliability } from './run.ts';

/** Words on how well similarities are calibrated, for the screen and the report. */

export const OLDER_CURVE =
  'An older version fitted this run’s similarity curve: how precise its similarities are is not known. Fit it again; the threshold stays.';

const points = (share: number): string => `${(100 * share).toFixed(1)} percentage points`;

/** After the figure, for the command line. */
export const chanceText = ({ chance }: Reliability): string =>
  chance === undefined ? '' : ` (perfect similarities: about ${percentText(chance)} by chance)`;

/** `cross`: of validation pairs, each judged by a curve that did not see its images. */
export function reliabilitySentence({ pairs, error, chance, brier, parts, bins }: Reliability, cross: boolean): string {
  const on = cross
    ? `On ${countText(pairs)} validation pairs, each judged by a curve that did not see its images,`
    : `On ${countText(pairs)} test pairs`;
  const same = bins.reduce((sum, bin) => sum + bin.same, 0) / pairs;
  return `${on} similarities differ from the share of same pairs by ${points(error)} on average (expected calibration error).${chance === undefined ? '' : ` Perfect similarities would differ by about ${points(chance)} on so few images, by chance.`} Their mean squared error (Brier score) is ${brier.toFixed(3)}. 0 is perfect; always saying ${percentText(same)}, the share of same pairs, gives ${parts.uncertainty.toFixed(3)}.`;
}

/** The Brier score as uncertainty - resolution + reliability. */
export const brierPartsSentence = ({ parts }: Reliability): string =>
  `The Brier score is ${parts.uncertainty.toFixed(3)}, less ${parts.resolution.toFixed(3)} for what the distance tells, plus ${parts.reliability.toFixed(3)} for miscalibration, up to binning.`;
