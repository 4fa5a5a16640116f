import type { Comparison } from './comparison.ts';
import type { Metrics, RunRecord } from './run.ts';
import { aucText, countText, distancePair, distanceText, fileName, percentText } from './format.ts';

/** What the report says about one comparison, in plain sentences. */

export const verdictWord = (verdict: Comparison['verdict']): string => (verdict === 'different' ? 'Different' : 'Same');

export function verdictSentence({ verdict, distance, threshold }: Comparison): string {
  const [d, t] = distancePair(distance, threshold);
  if (verdict === 'different') return `The network takes these for different: distance ${d}, above the threshold of ${t}.`;
  if (distance === threshold) return `The network takes these for the same: distance ${d}, exactly at the threshold, which still counts as the same.`;
  return `The network takes these for the same: distance ${d}, below the threshold of ${t}.`;
}

export interface MapWords {
  title: string; // what colour in this map speaks for
  term: string;
}

export function mapWords({ target, verdict }: Comparison): { factual: MapWords; counterfactual: MapWords } {
  const [speaksFor, speaksAgainst] =
    target === 'distance' ? ['For a larger distance', 'For a smaller distance'] : [`For “${verdict}”`, `Against “${verdict}”`];
  return { factual: { title: speaksFor, term: 'factual' }, counterfactual: { title: speaksAgainst, term: 'counterfactual' } };
}

export function targetSentence({ target, verdict }: Comparison): string {
  return target === 'verdict'
    ? `The maps explain the verdict: the factual map of each image marks what speaks for “${verdict}”, its counterfactual map what speaks against it.`
    : `The maps explain the distance, whatever the verdict: the factual map of each image marks what makes the distance larger, its counterfactual map what makes it smaller.`;
}

export function supportSentence({ support, verdict }: Comparison): string {
  const side = verdict === 'different' ? 'above' : 'below';
  const truly = verdict === 'different' ? 'different' : 'of the same class';
  const { pairs, agree } = support;
  if (pairs === 0) return `No validation pair lies this far ${side} the threshold, so validation cannot say how often such a verdict is right.`;
  if (pairs === 1) return `Only one validation pair lies this far ${side} the threshold; it is ${agree === 1 ? '' : 'not '}truly ${truly}.`;
  const caution = pairs < 30 ? ' That is few pairs to go by.' : '';
  return `Of the ${countText(pairs)} validation pairs at least this far ${side} the threshold, ${agree === 1 ? 'all' : agree === 0 ? 'none' : percentText(agree)} are truly ${truly}.${caution}`;
}

export function similaritySentence({ similarity }: Comparison, run: RunRecord | undefined): string {
  const valid = run?.validDistances;
  const pairs = valid ? `${countText(valid.same.length + valid.different.length)} validation pairs` : 'validation pairs';
  return `A similarity of ${percentText(similarity)} means: of pairs at this distance, drawn as in validation, about so many are of the same class. It is calibrated on ${pairs} and 50 % at the threshold.`;
}

export function testSentence(test: Metrics | undefined): string {
  if (!test) return 'This network has not been judged on test pairs, so there is no figure from images that played no part in making it.';
  const interval = test.aucLow === test.aucHigh ? '' : ` (95 % interval ${aucText(test.aucLow)} to ${aucText(test.aucHigh)})`;
  return `On ${countText(test.pairs)} test pairs, of images that played no part in making it, the network is right in ${percentText(test.accuracy)}; equal error rate ${percentText(test.eer)}, AUC ${aucText(test.auc)}${interval}.`;
}

/** What the folders say, where both images stand in the run's data set. */
export function filedSentence({ images: [a, b], verdict }: Comparison): string | null {
  if (a.className === null || b.className === null) return null;
  const truth = a.className === b.className ? 'same' : 'different';
  const filed = truth === 'same' ? 'in one class' : 'in different classes';
  const agrees = truth === verdict ? 'The verdict agrees with that' : 'The verdict contradicts that';
  return `The data set files the two images ${filed}. ${agrees}. (Images of the data set may have been trained on, where a network is right more often than on new ones.)`;
}

/** A heading for the comparison: its classes where both are known, else its files. */
export function comparedNames({ images: [a, b] }: Comparison): [string, string] {
  return a.className !== null && b.className !== null ? [a.className, b.className] : [fileName(a.file), fileName(b.file)];
}

export function scaleSentence({ scale, images }: Comparison): string {
  if (scale === 0) return 'All four maps are empty, so there is no scale.';
  const grids = images.map(({ mapWidth, mapHeight }) => `${mapWidth} × ${mapHeight}`);
  const grid = grids[0] === grids[1] ? grids[0] : `${grids[0]} (A) and ${grids[1]} (B)`;
  return `All four maps share one scale, so their colours can be compared: full colour is an absolute value of ${distanceText(scale)}, the largest in either image. They were computed on a grid of ${grid} cells and enlarged, so their edges are soft by nature.`;
}
