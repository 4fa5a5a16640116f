import { similarityOf } from './calibration.ts';
import { AppError } from './errors.ts';
import { countText, distanceText, percentText, probabilityText, settingText } from './format.ts';
import type { Calibration, Metrics } from './run.ts';
import {
  chosenOn,
  type ChosenOn,
  type ErrorCounts,
  errorsAt,
  type PairDistances,
  type StoredChoice,
  type ThresholdEntry,
  thresholdFor,
  type ThresholdRule,
} from './thresholds.ts';

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

type Chosen = Pick<ThresholdEntry, 'threshold' | 'choice' | 'chosenOn'>;

/**
 * What a threshold was chosen on, if its rule gives another one on the present validation pairs and curve: then the rule does not describe the
 * errors on these pairs. Null if it gives the same one.
 */
export function basisText({ threshold, choice, chosenOn }: Chosen, valid: PairDistances, calibration: Calibration): string | null {
  const isSameSet = chosenOn !== null && chosenOn.pairSet === valid.pairSet && pairsText(chosenOn) === pairsText(errorsAt(valid, threshold));
  if (isSameSet && (choice.rule === 'value' || !usesCurve(choice))) return null;
  if (choice.rule === 'value' ? chosenOn === null : isNear(threshold, presentThreshold(choice, valid, calibration))) return null;
  if (isSameSet) return 'on the same validation pairs with an earlier similarity curve';
  if (chosenOn === null) return 'on earlier validation pairs, or with an earlier similarity curve';
  return `on ${pairsText(chosenOn)} validation pairs${chosenOn.pairSet === undefined ? ' of an older version' : ' of an earlier set'}`;
}

const pairsText = ({ same, different }: { same: number; different: number }): string =>
  `${countText(same)} same and ${countText(different)} different`;

const usesCurve = ({ rule }: StoredChoice): boolean => rule === 'even' || rule === 'costs';

const isNear = (a: number, b: number | null): boolean => b !== null && Math.abs(a - b) <= 1e-9 * Math.abs(a);

/** Null if the rule has no threshold on these pairs. */
function presentThreshold(choice: StoredChoice, valid: PairDistances, calibration: Calibration): number | null {
  try {
    return thresholdFor(choice, valid, calibration);
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}

/** What the threshold is and was chosen by. */
export function thresholdSentence(entry: Chosen, valid: PairDistances, calibration: Calibration): string {
  const { threshold, choice } = entry;
  const basis = basisText(entry, valid, calibration);
  const isCeiling = choice.rule === 'false-same' || choice.rule === 'false-different';
  const chosen = `Threshold ${distanceText(threshold)}, chosen ${basis ?? 'on validation pairs'}: ${choiceText(choice)}${isCeiling ? ' there' : ''}.`;
  const present = choice.rule === 'value' || basis === null ? [] : [presentSentence(choice, valid, calibration)];
  // An older version's curve is 50 % at the threshold by construction: that is no finding.
  const isKnown = (choice.rule === 'even' && basis === null) || calibration.fit === undefined;
  const similarity = isKnown ? [] : [`The similarity at it is ${probabilityText(similarityOf(threshold, calibration))}.`];
  return [chosen, ...present, ...similarity].join(' ');
}

function presentSentence(choice: StoredChoice, valid: PairDistances, calibration: Calibration): string {
  const present = presentThreshold(choice, valid, calibration);
  const pairs = `On today’s ${pairsText(errorsAt(valid, 0))} validation pairs`;
  return present === null ? `${pairs} this rule has no threshold.` : `${pairs} this rule gives ${distanceText(present)}.`;
}

/** Null unless test figures may have influenced the choice. */
export const seenWarning = ({ testSeen }: Pick<ThresholdEntry, 'testSeen'>): string | null =>
  testSeen ? 'Chosen after figures on test pairs were seen, so the test figures at this threshold may be too good.' : null;

/** Null unless every validation pair is on one side of the threshold. */
export function beyondWarning(threshold: number, valid: PairDistances): string | null {
  const { same, different } = valid;
  const [nearest, farthest] = [Math.min(same[0] ?? Infinity, different[0] ?? Infinity), Math.max(same.at(-1) ?? 0, different.at(-1) ?? 0)];
  if (threshold >= nearest && threshold < farthest) return null;
  const [where, verdict] = threshold < nearest ? ['below', 'different'] : ['at or above', 'same'];
  return `The threshold is ${where} every distance of the validation pairs (${distanceText(nearest)} to ${distanceText(farthest)}), so every verdict on them is “${verdict}”.`;
}

/** Null unless the ceiling is below what this many pairs can show. `of`: the pairs that the threshold is or was chosen on. */
export function ceilingWarning(choice: StoredChoice, of: ChosenOn): string | null {
  if (choice.rule !== 'false-same' && choice.rule !== 'false-different') return null;
  const pairs = choice.rule === 'false-same' ? of.different : of.same;
  if (choice.limit * pairs >= 1) return null;
  return `${countText(pairs)} ${choice.rule === 'false-same' ? 'different' : 'same'} validation pairs can’t show a share of ${percentText(choice.limit)}: with no error among them, the true share may still be about ${percentText(Math.min(1, 3 / pairs))}.`;
}

/** Whether test figures are those of another threshold than the run's. */
export const isOfOtherThreshold = (metrics: Pick<Metrics, 'threshold'>, calibration: Pick<Calibration, 'threshold'>): boolean =>
  metrics.threshold !== calibration.threshold;

/** Lines for a terminal or a page: the threshold in force, its errors on validation pairs, and what limits it. */
export function thresholdLines(entry: ThresholdEntry, valid: PairDistances, calibration: Calibration): string[] {
  const lines = [
    thresholdSentence(entry, valid, calibration),
    errorsSentence(errorsAt(valid, entry.threshold)),
    beyondWarning(entry.threshold, valid),
    seenWarning(entry),
    ceilingWarning(entry.choice, entry.chosenOn ?? chosenOn(valid)),
  ];
  return [...lines.filter((line) => line !== null), ...(entry.reason === '' ? [] : [`Reason: ${entry.reason}`])];
}
