import type { Split } from './dataset.ts';
import { countNoun, countText } from './format.ts';

/** A row of a file of pairs that can't be used. */
export interface PairProblem {
  line: number; // 1-based, where the row begins
  text: string; // the row's fields; '' where no row of the file names two images of the data set: it may be no file of pairs
  reason: string; // "unknown file "a/b.png""
}

/** What was found in a file of pairs. The usable pairs are stored with the data set. */
export interface PairListSummary {
  list: string | null; // SHA-256 of the usable pairs: the choice `pairs` of a training; null without any
  source: string; // name of the file
  labels: string; // how the labels were read, in a sentence
  splits: Record<Split, { same: number; different: number }>; // pairs whose images are both in the split
  across: number; // pairs with images of two splits, which are left out
  problems: PairProblem[]; // the first MAX_PROBLEMS
  problemCount: number;
}

export const MAX_PROBLEMS = 100;

/** Pairs of a list that a split is validated or evaluated on: the first. */
export const MAX_LISTED_PAIRS = 50_000;

type Counted = Pick<PairListSummary, 'splits' | 'across' | 'problemCount' | 'labels'>;

/** "Training 40 same, 41 different; …": what a file of pairs has, in sentences. */
export function pairListSentences({ splits, across, problemCount, labels }: Counted): string[] {
  const of = ({ same, different }: { same: number; different: number }): string => `${countText(same)} same, ${countText(different)} different`;
  return [
    `Training pairs: ${of(splits.train)}. Validation pairs: ${of(splits.valid)}. Test pairs: ${of(splits.test)}.`,
    labels,
    ...(across > 0 ? [`${countNoun(across, 'pair')} of images in two splits ${across === 1 ? 'is' : 'are'} left out.`] : []),
    ...([splits.valid, splits.test].some(({ same, different }) => same + different > MAX_LISTED_PAIRS)
      ? [`Figures are of the first ${countText(MAX_LISTED_PAIRS)} pairs of a split.`]
      : []),
    ...(problemCount > 0 ? [`${countNoun(problemCount, 'row')} can’t be used.`] : []),
  ];
}

const MAX_LINES = 20;

/** For the terminal: the sentences, then the first rows that can't be used. */
export const pairListLines = (found: PairListSummary): string[] => [
  ...pairListSentences(found),
  ...found.problems.slice(0, MAX_LINES).map(({ line, text, reason }) => `  line ${line}: ${reason}${text === '' ? '' : ` (${text})`}`),
  ...(found.problemCount > MAX_LINES ? [`  and ${countText(found.problemCount - MAX_LINES)} more`] : []),
];
