import { aucText, countText, percentText } from '../../../shared/format.ts';
import type { Finding } from '../../../shared/lint.ts';
import { expectedDistance, hasEpochs } from '../../../shared/losses.ts';
import type { Interval, Metrics, RunRecord } from '../../../shared/run.ts';
import { areDisjoint } from '../evaluate/intervals.ts';
import { collapse, fewPairs, noCrossing, noSeparation, thresholdOutside, unreachedMargin } from './distances.ts';

export type LintedRun = Pick<RunRecord, 'config' | 'validDistances' | 'calibration' | 'metrics' | 'warnings'>;

const WIDE_AUC = 0.2; // width of an AUC's interval; wider ones give a finding
const WIDE_ACCURACY = 0.2;

/** What makes the figures of a run doubtful, most serious first. Computed from its record, so runs of all versions have them. */
export function lintRun({ config, validDistances, calibration, metrics, warnings }: LintedRun): Finding[] {
  const collapsed = validDistances && collapse(validDistances, expectedDistance(config));
  const metricsOf = (split: 'valid' | 'test'): Metrics | undefined => metrics.find((one) => one.split === split);
  const valid = metricsOf('valid');
  const test = metricsOf('test');
  const unseparated = calibration && noSeparation(calibration);
  const isThresholdChecked = validDistances && calibration && !collapsed; // a collapse explains it
  return [
    collapsed,
    ...(calibration?.fit ? [] : warnings).map((text): Finding => ({ rule: 'stored', text, advice: '' })),
    unseparated,
    isThresholdChecked ? ((unseparated ? null : noCrossing(calibration)) ?? thresholdOutside(validDistances, calibration.threshold)) : null,
    validDistances && !collapsed && config.loss === 'contrastive' && unreachedMargin(validDistances, config.margin),
    valid && test ? splitGap(valid, test, hasEpochs(config)) : null,
    validDistances && fewPairs('valid', validDistances.same.length + validDistances.different.length),
    test ? (fewPairs('test', test.pairs) ?? wideInterval(test)) : null,
  ].filter((finding): finding is Finding => Boolean(finding));
}

/** If the intervals of the AUC on validation and on test pairs do not overlap. */
function splitGap(valid: Metrics, test: Metrics, epochChosen: boolean): Finding | null {
  if (!valid.intervals || !test.intervals) return null;
  const [a, b] = [valid.intervals.auc, test.intervals.auc];
  if (!areDisjoint(a, b)) return null;
  const reason =
    valid.auc > test.auc
      ? `${epochChosen ? 'The best epoch was chosen on validation pairs, which makes these look better. A gap beyond both intervals is probably more than that: test' : 'Test'} images that are harder or of another kind.`
      : `${epochChosen ? 'Choosing the best epoch makes validation look better, not worse. So the' : 'The'} test images are probably easier, or similar to training images.`;
  return {
    rule: 'split-gap',
    text: `Validation and test disagree: AUC ${rangeText(valid.auc, a)} on validation pairs and ${rangeText(test.auc, b)} on test pairs. ${reason}`,
    advice: 'Check how the images were split, or import again with a new split.',
  };
}

const rangeText = (auc: number, interval: Interval): string => `${aucText(auc)} (${interval.map(aucText).join(' to ')})`;

/** If the test pairs can't tell a good network from a bad one. */
function wideInterval({ auc, accuracy, intervals }: Metrics): Finding | null {
  if (!intervals) return null;
  const width = ([low, high]: Interval): number => high - low;
  const of = `${countText(intervals.units)} ${intervals.over}`;
  const claim =
    width(intervals.auc) > WIDE_AUC
      ? `the AUC of ${rangeText(auc, intervals.auc)}`
      : width(intervals.accuracy) > WIDE_ACCURACY
        ? `an accuracy of ${percentText(accuracy)} (${intervals.accuracy.map(percentText).join(' to ')})`
        : null;
  if (claim === null) return null;
  return {
    rule: 'few-pairs',
    text: `The test pairs are of only ${of}: too few for ${claim}.`,
    advice: 'Quote the interval, not the figure alone, and import more images.',
  };
}
