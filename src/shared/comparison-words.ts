import type { Comparison } from './comparison.ts';
import type { Metrics, RunRecord } from './run.ts';
import { isIdentical, truthOf } from './pair-truth.ts';
import { aucText, countText, distancePair, fileName, percentText, probabilityText } from './format.ts';

/** Sentences about one comparison, for the screen and the report. */

export const verdictWord = (verdict: Comparison['verdict']): string => (verdict === 'different' ? 'Different' : 'Same');

export function verdictSentence({ verdict, distance, threshold }: Comparison): string {
  const [d, t] = distancePair(distance, threshold);
  if (verdict === 'different') return `The network considers these different: distance ${d}, above the threshold of ${t}.`;
  if (distance === threshold) return `The network considers these the same: distance ${d}, exactly at the threshold, which still counts as the same.`;
  return `The network considers these the same: distance ${d}, below the threshold of ${t}.`;
}

export interface MapWords {
  title: string; // meaning of colour in this map
  term: string;
}

export function mapWords({ target, verdict }: Pick<Comparison, 'target' | 'verdict'>): { factual: MapWords; counterfactual: MapWords } {
  const [factual, counterfactual] =
    target === 'distance' ? ['For a larger distance', 'For a smaller distance'] : [`For “${verdict}”`, `Against “${verdict}”`];
  return { factual: { title: factual, term: 'factual' }, counterfactual: { title: counterfactual, term: 'counterfactual' } };
}

export function targetSentence({ target, verdict }: Comparison): string {
  return target === 'verdict'
    ? `The maps explain the verdict: the factual map marks evidence for “${verdict}” in each image, the counterfactual map evidence against it.`
    : `The maps explain the distance, independent of the verdict: the factual map marks what increases it in each image, the counterfactual map what decreases it.`;
}

export function supportSentence({ support, verdict }: Pick<Comparison, 'support' | 'verdict'>): string {
  const side = verdict === 'different' ? 'above' : 'below';
  const truly = verdict === 'different' ? 'different' : 'of the same class';
  const { pairs, agree } = support;
  if (pairs === 0) return `No validation pair is this far ${side} the threshold, so validation cannot say how often such a verdict is right.`;
  if (pairs === 1) return `Only one validation pair is this far ${side} the threshold; it is ${agree === 1 ? '' : 'not '}truly ${truly}.`;
  const caution = pairs < 30 ? ' That is a small sample.' : '';
  return `Of the ${countText(pairs)} validation pairs at least this far ${side} the threshold, ${agree === 1 ? 'all' : agree === 0 ? 'none' : percentText(agree)} are truly ${truly}.${caution}`;
}

export function similaritySentence({ similarity }: Comparison, run: RunRecord | undefined): string {
  const valid = run?.validDistances;
  const pairs = valid ? `${countText(valid.same.length + valid.different.length)} validation pairs` : 'validation pairs';
  return `A similarity of ${probabilityText(similarity)} means that about that share of pairs at this distance, sampled like the validation pairs, are of the same class. It is calibrated on ${pairs} and is 50 % at the threshold.`;
}

export function testSentence(test: Metrics | undefined): string {
  if (!test) return 'This network has not been evaluated on test pairs, so there are no results on unseen images.';
  const interval = test.aucLow === test.aucHigh ? '' : ` (95 % interval ${aucText(test.aucLow)} to ${aucText(test.aucHigh)})`;
  return `On ${countText(test.pairs)} test pairs of unseen images, ${percentText(test.accuracy)} of verdicts are right; equal error rate ${percentText(test.eer)}, AUC ${aucText(test.auc)}${interval}.`;
}

/** The true label according to the data set, if it is known; pairNotices says why it is not. */
export function trueLabelSentence(comparison: Comparison): string | null {
  const { verdict } = comparison;
  const truth = truthOf(comparison);
  if (truth === 'unknown' || truth === 'unclear' || isIdentical(comparison)) return null;
  const filed = truth === 'same' ? 'in one class' : 'in different classes';
  const agrees = truth === verdict ? 'The verdict agrees with that' : 'The verdict contradicts that';
  return `In the data set the two images are ${filed}. ${agrees}. (They may be training images, on which a network is right more often than on new ones.)`;
}

/** Heading of a comparison: its classes if both are known, else its files. */
export function comparisonNames({ images: [a, b] }: Comparison): [string, string] {
  return a.className !== null && b.className !== null ? [a.className, b.className] : [fileName(a.file), fileName(b.file)];
}
