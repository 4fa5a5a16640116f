import { distanceOf, midpointOf } from './calibration.ts';
import { AppError } from './errors.ts';
import type { Calibration, RunRecord } from './run.ts';

export const THRESHOLD_RULES = ['even', 'equal-error', 'accuracy', 'false-same', 'false-different', 'costs', 'value'] as const;
export type ThresholdRule = (typeof THRESHOLD_RULES)[number];

/** How a threshold is found on validation pairs. `limit`: share 0..1. Costs: of one wrong verdict, in any unit. */
export type ThresholdChoice =
  | { rule: 'even' } // the similarity is 50 %
  | { rule: 'equal-error' }
  | { rule: 'accuracy' }
  | { rule: 'false-same'; limit: number } // the largest threshold that keeps within it
  | { rule: 'false-different'; limit: number } // the smallest one
  | { rule: 'costs'; falseSame: number; falseDifferent: number }
  | { rule: 'value'; threshold: number };

/** 'balanced': the highest balanced accuracy, with which older versions chose, and trainings whose curve does not fall. */
export type StoredChoice = ThresholdChoice | { rule: 'balanced' };

/** A threshold that a run has or had. */
export interface ThresholdEntry {
  entry: number; // from 1, by time
  threshold: number; // distance
  choice: StoredChoice;
  reason: string; // of the person, or TRAINED_ON; '' for the choice of the first training
  chosenMs: number;
  /** Whether figures on test pairs were there to be seen, so that these figures may have influenced the choice. */
  testSeen: boolean;
  restored: number | null; // the entry that this one restores
  chosenOn: ChosenOn | null; // null: chosen by a version that did not store it
}

/** Validation pairs. */
export interface ChosenOn {
  same: number; // pairs
  different: number;
  pairSet?: string; // PairSet.hash; missing: pairs whose set was not stored
}

/** Reason of the threshold of a run whose network changed after a person had chosen a threshold. */
export const TRAINED_ON = 'Training went on: a new network has a new threshold';

/** How the training chose its threshold. */
export const trainingRule = ({ fit, slope }: Pick<Calibration, 'fit' | 'slope'>): StoredChoice => ({ rule: fit && slope > 0 ? 'even' : 'balanced' });

export type PairDistances = NonNullable<RunRecord['validDistances']>;

export const chosenOn = ({ same, different, pairSet }: PairDistances): ChosenOn => ({
  same: same.length,
  different: different.length,
  ...(pairSet !== undefined && { pairSet }),
});

/** Verdicts on pairs at a threshold. Same pairs above it and different pairs at or below it are wrong. */
export interface ErrorCounts {
  same: number; // pairs
  different: number;
  falseDifferent: number; // same pairs with the verdict "different"
  falseSame: number; // different pairs with the verdict "same"
}

/** `sorted`: ascending distances of each label. */
export function errorsAt({ same, different }: PairDistances, threshold: number): ErrorCounts {
  return {
    same: same.length,
    different: different.length,
    falseDifferent: same.length - countAtMost(same, threshold),
    falseSame: countAtMost(different, threshold),
  };
}

/** Number of items of an ascending list that are at most `limit`. */
function countAtMost(sorted: readonly number[], limit: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

interface Candidate extends ErrorCounts {
  threshold: number;
  width: number; // of the gap between two distances, in whose middle it is
}

/**
 * The threshold of a rule on validation pairs. Rules that count errors choose among the middles between neighbouring distances; equally good
 * ones are decided by the widest gap, which leaves the most room for new pairs. Costs and 50 % use the similarity curve, which depends less on
 * single pairs: with costs, the threshold is where both verdicts have the same expected cost, P(same) falseDifferent = P(different) falseSame.
 * @throws AppError 'bad-request' if the rule has no threshold on these pairs.
 */
export function thresholdFor(choice: StoredChoice, valid: PairDistances, calibration: Calibration): number {
  switch (choice.rule) {
    case 'value':
      return choice.threshold;
    case 'even':
      return onCurve(0.5, valid, calibration);
    case 'costs':
      return onCurve(choice.falseSame / (choice.falseSame + choice.falseDifferent), valid, calibration);
    case 'equal-error':
      return best(candidates(valid), ({ falseSame, falseDifferent, same, different }) => -Math.abs(falseSame * same - falseDifferent * different));
    case 'accuracy':
      return best(candidates(valid), ({ falseSame, falseDifferent }) => -falseSame - falseDifferent);
    case 'balanced':
      return best(candidates(valid), ({ falseSame, falseDifferent, same, different }) => -falseSame * same - falseDifferent * different);
    case 'false-same': {
      const allowed = candidates(valid).filter(({ falseSame, different }) => falseSame <= errorsWithin(choice.limit, different));
      return allowed.at(-1)!.threshold; // the first candidate has none
    }
    case 'false-different': {
      const allowed = candidates(valid).filter(({ falseDifferent, same }) => falseDifferent <= errorsWithin(choice.limit, same));
      return allowed[0]!.threshold; // the last candidate has none
    }
    default:
      return choice satisfies never;
  }
}

/** The largest number of errors among `pairs` whose share is at most `limit`. 0.29 × 100 is 28.999… in floating point. */
const errorsWithin = (limit: number, pairs: number): number => Math.floor(limit * pairs + 1e-9 * pairs);

/** The distance where the curve has a similarity, within the distances of the validation pairs. */
function onCurve(similarity: number, { same, different }: PairDistances, calibration: Calibration): number {
  if (!(calibration.slope > 0))
    throw new AppError(
      'bad-request',
      'The similarity of this run does not fall with the distance, so this rule has no threshold. Train again, or choose another rule.',
    );
  const wanted = similarity === 0.5 ? midpointOf(calibration) : distanceOf(similarity, calibration);
  const nearest = Math.min(same[0]!, different[0]!);
  const farthest = Math.max(same.at(-1)!, different.at(-1)!);
  return Math.min(Math.max(wanted, nearest), farthest);
}

/** Below the first distance, where every verdict is "different", between each two, and at the last, where every verdict is "same". */
function candidates(valid: PairDistances): Candidate[] {
  const distances = [...new Set([...valid.same, ...valid.different])].sort((a, b) => a - b);
  return [0, ...distances].map((low, i) => {
    const high = distances[i] ?? low;
    const threshold = i === 0 && low === high ? -Number.MIN_VALUE : middleOf(low, high);
    return { threshold, width: high - low, ...errorsAt(valid, threshold) };
  });
}

/** The middle, or `low` if there is no float between them: the threshold must be below `high`. */
function middleOf(low: number, high: number): number {
  const middle = low + (high - low) / 2;
  return middle < high ? middle : low;
}

function best(all: readonly Candidate[], scoreOf: (candidate: Candidate) => number): number {
  let [found, score] = [all[0]!, scoreOf(all[0]!)];
  for (const candidate of all) {
    const own = scoreOf(candidate);
    if (own > score || (own === score && candidate.width > found.width)) [found, score] = [candidate, own];
  }
  return found.threshold;
}
