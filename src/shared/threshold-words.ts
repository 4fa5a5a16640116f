import { similarityOf } from './calibration.ts';
import { countText, distanceText, percentText, probabilityText, settingText } from './format.ts';
import type { Calibration, Metrics } from './run.ts';
import { type ErrorCounts, errorsAt, type PairDistances, type StoredChoice, type ThresholdEntry, type ThresholdRule } from './thresholds.ts';

/** Words on thresholds, for the screen, the report and the command line. */

export const RULE_WORDS = {
  even: { label: 'Similarity of 50 %', help: 'Where the fitted curve says that half of the pairs are same. The default.' },
  'equal-error': { label: 'Equal error', help: 'Where the share of same pairs called different equals that of different pairs called same.' },
  accuracy: { label: 'Highest accuracy', help: 'Where the fewest validation pairs are wrong. Single pairs can move it far.' },
  'false-same': { label: 'Ceiling on false “same”', help: 'At most this share of the different validation pairs is called same.' },
  'false-different': { label: 'Ceiling on false “different”', help: 'At most this share of the same validation pairs is called different.' },
  costs: { label: 'Costs', help: 'Where both verdicts have the same expected cost, by the fitted curve.' },
  value: { label: 'By hand', help: 'The number that you enter, or drag in the chart.' },
} as const satisfies Record<ThresholdRule, { label: string; help: string }>;

/** "at most 5 % false “same”": the rule with its parameter. */
export function choiceText(choice: StoredChoice): string {
  switch (choice.rule) {
    case 'false-same':
      return `at most ${percentText(choice.limit)} false “same”`;
    case 'false-different':
      return `at most ${percentText(choice.limit)} false “different”`;
    case 'costs':
      return `costs ${settingText(choice.falseSame)} for a false “same”, ${settingText(choice.falseDifferent)} for a false “different”`;
    case 'balanced':
      return 'highest balanced accuracy';
    case 'value':
      return 'by hand';
    case 'even':
      return 'similarity of 50 %';
    case 'equal-error':
      return 'equal error';
    case 'accuracy':
      return 'highest accuracy';
    default:
      return choice satisfies never;
  }
}

export const shareOf = (count: number, of: number): string => (of === 0 ? '–' : percentText(count / of));

/** "False “same”: 12 of 250 different pairs (4.8 %); false “different”: …" */
export const errorsSentence = ({ same, different, falseSame, falseDifferent }: ErrorCounts): string =>
  `False “same”: ${countText(falseSame)} of ${countText(different)} different pairs (${shareOf(falseSame, different)}). False “different”: ${countText(falseDifferent)} of ${countText(same)} same pairs (${shareOf(falseDifferent, same)}).`;

/** What the threshold is and was chosen by. */
export function thresholdSentence({ threshold, choice }: Pick<ThresholdEntry, 'threshold' | 'choice'>, calibration: Calibration): string {
  const isCeiling = choice.rule === 'false-same' || choice.rule === 'false-different';
  const chosen = `Threshold ${distanceText(threshold)}, chosen on validation pairs: ${choiceText(choice)}${isCeiling ? ' there' : ''}.`;
  // An older version's curve is 50 % at the threshold by construction: that is no finding.
  if (choice.rule === 'even' || calibration.fit === undefined) return chosen;
  return `${chosen} The similarity at it is ${probabilityText(similarityOf(threshold, calibration))}.`;
}

/** Null unless test figures may have influenced the choice. */
export const seenWarning = ({ testSeen }: Pick<ThresholdEntry, 'testSeen'>): string | null =>
  testSeen ? 'Chosen after figures on test pairs were seen, so the test figures at this threshold may be too good.' : null;

/** Null unless the ceiling is below what this many pairs can show. */
export function ceilingWarning(choice: StoredChoice, valid: PairDistances): string | null {
  if (choice.rule !== 'false-same' && choice.rule !== 'false-different') return null;
  const pairs = choice.rule === 'false-same' ? valid.different.length : valid.same.length;
  if (choice.limit * pairs >= 1) return null;
  return `${countText(pairs)} ${choice.rule === 'false-same' ? 'different' : 'same'} validation pairs can’t show a share of ${percentText(choice.limit)}: with no error among them, the true share may still be about ${percentText(Math.min(1, 3 / pairs))}.`;
}

/** Whether test figures are those of another threshold than the run's. */
export const isOfOtherThreshold = (metrics: Pick<Metrics, 'threshold'>, calibration: Pick<Calibration, 'threshold'>): boolean =>
  metrics.threshold !== calibration.threshold;

/** Lines for a terminal or a page: the threshold in force, its errors on validation pairs, and what limits it. */
export function thresholdLines(entry: ThresholdEntry, valid: PairDistances, calibration: Calibration): string[] {
  const lines = [
    thresholdSentence(entry, calibration),
    errorsSentence(errorsAt(valid, entry.threshold)),
    seenWarning(entry),
    ceilingWarning(entry.choice, valid),
  ];
  return [...lines.filter((line) => line !== null), ...(entry.reason === '' ? [] : [`Reason: ${entry.reason}`])];
}
