import { signedText } from './difference-words.ts';
import { aucText, countNoun, countText, percentText } from './format.ts';
import { overText, unitsText } from './interval-words.ts';
import { wilsonInterval } from './statistics.ts';
import type { AucLimit, ClassCell, Estimate, PairMatrix, Retrieval, RetrievalFigures } from './structure.ts';

/** Sentences on neighbours and classes, for screen, command line and report. */

/** What limits the AUC, and what to do. `isBackboneTrained`: whether the run trained more than the head. */
export function limitSentence(limit: AucLimit, isBackboneTrained: boolean): string {
  switch (limit.kind) {
    case 'nothing':
      return 'Nothing limits this AUC: every test pair is in the right order. More test images would show how rare errors are.';
    case 'contradictions':
      return `Contradicting labels: ${countNoun(limit.images, 'image')} filed under several classes ${limit.images === 1 ? 'causes' : 'cause'} ${percentText(limit.loss)} of what this AUC lacks to 1. Correct these labels first.`;
    case 'split-gap':
      return `Validation and test disagree: AUC ${aucText(limit.valid)} on validation pairs and ${aucText(limit.test)} on test pairs, with intervals that do not overlap. Check how the images were split.`;
    case 'no-gain': {
      const [low, high] = limit.gain.interval;
      const what = isBackboneTrained
        ? 'No gain by the head is proven: the features of the trained backbone alone have'
        : 'No gain by training is proven: the features of the pretrained backbone alone have';
      return `${what} an AUC of ${aucText(limit.features)} on the same pairs (95 % interval of the gain ${signedText(low)} to ${signedText(high)}). Train more layers, or collect more images.`;
    }
    case 'two-classes': {
      const [a, b] = limit.names;
      const which = a === b ? `within ${quoted(a)}` : `of ${quoted(a)} with ${quoted(b)}`;
      return `Pairs ${which} cause ${percentText(limit.loss)} of what this AUC lacks to 1, and are ${percentText(limit.share)} of the pairs (${countText(limit.wrong)} of ${countText(limit.pairs)} verdicts wrong). Look at these pairs first.`;
    }
    case 'one-class':
      return `Pairs with an image of ${quoted(limit.name)} cause ${percentText(limit.loss)} of what this AUC lacks to 1, and are ${percentText(limit.share)} of the pairs. Check the images and labels of this class, or add images to it.`;
    case 'images':
      return `A few images: ${countText(limit.count)} of ${countText(limit.images)} test images cause ${percentText(limit.loss)} of what this AUC lacks to 1. Look at them: they may be mislabelled or damaged.`;
    case 'few-images':
      return `Few test images: with ${unitsText(limit)} the 95 % interval of the AUC is ${limit.interval.map(aucText).join(' to ')}. Import more images before you change the training.`;
    case 'spread':
      return `No single cause: the errors are spread over the ${countText(limit.classes)} classes. More images, more trained layers or another backbone may help.`;
    default:
      return limit satisfies never;
  }
}

const quoted = (name: string): string => `“${name}”`;

export const FIGURE_NAMES: Record<keyof RetrievalFigures, string> = {
  recall1: 'Recall@1',
  recall5: 'Recall@5',
  recall10: 'Recall@10',
  rPrecision: 'R-precision',
  mapAtR: 'MAP@R',
  map: 'mAP',
};

/** "Among test images" */
export const amongText = ({ among }: Pick<Retrieval, 'among'>): string => (among === 'test' ? 'Among test images' : 'Among all images');

/** "0.797 (0.720 to 0.860)" */
export const estimateText = ({ value, interval }: Estimate): string => `${aucText(value)} (${interval.map(aucText).join(' to ')})`;

/** What the queries and the gallery are, in a sentence. `noun`: what makes two images the same (SameMeaning.noun). */
export function retrievalScope(
  { among, queries, withoutPositive, available, gallery, galleryAvailable, over, units }: Retrieval,
  noun: string,
): string {
  const sampled = queries + withoutPositive < available ? `, sampled from ${countText(available)}` : '';
  const from = gallery < galleryAvailable ? `, sampled from ${countText(galleryAvailable)}` : '';
  const left =
    withoutPositive === 0
      ? ''
      : ` ${countNoun(withoutPositive, 'test image')} without another one of its ${noun} ${withoutPositive === 1 ? 'is' : 'are'} left out.`;
  const intervals = over === 'groups' ? ` Intervals ${overText({ over, units })}.` : '';
  return `${countNoun(queries, 'test image')}${sampled}, each among ${countText(gallery - 1)} other ${among === 'test' ? 'test images' : 'images of all splits'}${from}.${left}${intervals}`;
}

/** What the embedding gains over raw cosine for neighbours. */
export function gainSentence({ gain: { recall1 } }: Pick<Retrieval, 'gain'>): string {
  const [low, high] = recall1.interval;
  const range = `${signedText(recall1.value)}, 95 % interval ${signedText(low)} to ${signedText(high)}`;
  const others = ' The other figures were not compared.';
  if (low > 0) return `For the nearest image the embedding is better than raw cosine: Recall@1 ${range}.${others}`;
  if (high < 0)
    return `For the nearest image raw cosine is better than the embedding: Recall@1 ${range}. The nearest examples use raw cosine.${others}`;
  return `For the nearest image no difference between embedding and raw cosine is proven: Recall@1 ${range}.${others}`;
}

/** What the figures are. `noun`: as for retrievalScope. */
export const retrievalNote = (noun: string): string =>
  `Recall@k: share of test images with one of the same ${noun} among the nearest k; Recall@1 is also the precision at 1. R-precision and MAP@R: of the nearest R, where R is the number of other images of its ${noun} (Musgrave et al. 2020). Copies of an image are left out; other images at the same distance count against the network. Intervals (95 %) are over queries and ignore that all queries share one gallery.`;

/** "Reading images: 12 of 300" */
export const structureProgressText = ({ stage, done, total }: { stage: 'images' | 'queries'; done: number; total: number }): string =>
  `${stage === 'images' ? 'Reading images' : 'Comparing images'}: ${countText(done)} of ${countText(total)}`;

/**
 * The pairs of different classes (or groups) that are most often called the same, at most `count`. Ordered by the lower end of the 95 %
 * interval of the error rate (Wilson 1927), so that one wrong verdict of one pair does not come first. Without cells that have no error.
 */
export function mostConfused({ cells }: PairMatrix, count: number): ClassCell[] {
  return cells
    .filter(({ a, b, wrong }) => a !== b && wrong > 0)
    .map((cell) => ({ cell, low: wilsonLow(cell.wrong, cell.pairs) }))
    .sort((x, y) => y.low - x.low || y.cell.wrong - x.cell.wrong)
    .slice(0, count)
    .map(({ cell }) => cell);
}

/** The lower end of Wilson's 95 % interval of a share of `count` in `total`; it treats pairs as independent and only orders them. */
export const wilsonLow = (count: number, total: number): number => wilsonInterval(count / total, total)[0];
