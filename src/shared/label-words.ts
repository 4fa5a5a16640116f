import { type EmbeddingProgress, embeddingProgressText } from './embedding-words.ts';
import { countNoun, countText, listText, percentText, plural, timeText } from './format.ts';
import type { LabelAnswer, LabelCheck, LabelState } from './labels.ts';

/** Sentences on checks of labels, for screen and command line. A label is only ever "likely" wrong. */

export const LABEL_STATES = {
  open: '',
  right: 'Label is right',
  relabelled: 'Relabelled',
  excluded: 'Excluded',
} as const satisfies Record<LabelState, string>;

interface Share {
  done: number;
  total: number;
}

export function labelProgressText(p: EmbeddingProgress | ({ stage: 'duplicates' } & Share) | ({ stage: 'labels' } & Share)): string {
  if (p.stage !== 'labels' && p.stage !== 'duplicates') return embeddingProgressText(p);
  return `${p.stage === 'labels' ? 'Judging labels' : 'Comparing duplicates'}: ${percentText(p.total === 0 ? 0 : p.done / p.total)}`;
}

/** Agreement of prediction and label below which the features tell classes too poorly for the list to mean much. */
const POOR_AGREEMENT = 0.6;

/** How many labels are likely wrong, and how many are expected to be, with how far the features can tell. */
export function likelySentence({
  figures: { judged, expected, agreement, problem },
  likelyCount,
}: Pick<LabelAnswer, 'figures' | 'likelyCount'>): string {
  if (problem !== null) return problem;
  if (agreement !== null && agreement < POOR_AGREEMENT)
    return `These features tell the classes poorly: only ${percentText(agreement)} of the predictions are the label. So most of the ${countNoun(likelyCount, 'label')} of ${countText(judged)} that they contradict may be right. Choose another encoder.`;
  const about = Math.round(expected);
  const expects = about === 0 ? 'No wrong label is expected' : `About ${countNoun(about, 'wrong label')} ${about === 1 ? 'is' : 'are'} expected`;
  return `${countText(likelyCount)} of ${countNoun(judged, 'label')} ${likelyCount === 1 ? 'is' : 'are'} likely wrong. ${expects} in all, by the confident joint.`;
}

/** What was measured with what, and how far it can be trusted. `name`: of the source. */
export function labelMethodSentences({ figures, checkedMs }: Pick<LabelCheck, 'figures' | 'checkedMs'>, name: string): string[] {
  const { judged, folds, agreement, calibrationError } = figures;
  if (judged === 0 || agreement === null || calibrationError === null) return [`Checked with the features of ${name}, ${timeText(checkedMs)}.`];
  return [
    `Checked ${timeText(checkedMs)}: each image was predicted by a linear probe on the features of ${name} that was fitted to the other ${folds - 1} of ${folds} parts. Duplicates and images of a group are in the same part.`,
    `The prediction is the label for ${percentText(agreement)} of the images. Its probabilities are scaled by one temperature; they miss the share of right predictions by ${percentText(calibrationError)} on average.`,
  ];
}

const MOST_NAMED = 5;

/** Classes that are not judged; empty if all are. */
export function leftOutSentence({ figures: { leftOut, folds, problem } }: Pick<LabelCheck, 'figures'>): string {
  if (leftOut.length === 0 || problem !== null) return '';
  const named = leftOut.slice(0, MOST_NAMED).map(({ className, images }) => `“${className}” (${countText(images)})`);
  const more = leftOut.length > MOST_NAMED ? [`${countText(leftOut.length - MOST_NAMED)} more`] : [];
  return `Not judged, because ${leftOut.length === 1 ? 'it has' : 'they have'} fewer than ${folds} images that are no copies and of different groups: the ${leftOut.length === 1 ? 'class' : plural('class')} ${listText([...named, ...more])}.`;
}

/** "12 of “rose” are likely “tulip”" for the most confused classes that are expected to have at least one image. */
export const confusedTexts = ({ figures: { confused } }: Pick<LabelCheck, 'figures'>): string[] =>
  confused
    .filter(({ images }) => images >= 1)
    .slice(0, MOST_NAMED)
    .map(
      ({ given, likely, images }) =>
        `about ${countText(Math.round(images))} of “${given}” ${Math.round(images) === 1 ? 'is' : 'are'} likely “${likely}”`,
    );
