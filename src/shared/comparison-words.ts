import type { Comparison, ExplainedVerdict } from './comparison.ts';
import type { Split } from './dataset.ts';
import { isIdentical, truthOf } from './pair-truth.ts';
import { countText, distancePair, fileNames, percentText, probabilityText } from './format.ts';

/** Sentences about one comparison, for the screen and the report. */

export const verdictWord = (verdict: Comparison['verdict']): string => (verdict === 'different' ? 'Different' : 'Same');

/** Share of the threshold: distances of identical files below it are rounding of float32 (1e-6 measured at a threshold of 1.5). */
const ROUNDING = 1e-4;

/** Distance and threshold as shown; the distance of identical files is 0 up to rounding. */
export function distanceWords(comparison: Pick<Comparison, 'distance' | 'threshold' | 'images'>): {
  distance: string;
  threshold: string;
  shown: number;
} {
  const shown = isRoundedZero(comparison) ? 0 : comparison.distance;
  const [distance, threshold] = distancePair(shown, comparison.threshold);
  return { distance, threshold, shown };
}

const isRoundedZero = ({ distance, threshold, images }: Pick<Comparison, 'distance' | 'threshold' | 'images'>): boolean =>
  distance <= ROUNDING * threshold && isIdentical({ images });

export function verdictSentence(comparison: Comparison): string {
  const { verdict, distance, threshold } = comparison;
  const words = distanceWords(comparison);
  const [d, t] = [isRoundedZero(comparison) ? '0 up to rounding' : words.distance, words.threshold];
  if (verdict === 'different') return `The network considers these different: distance ${d}, above the threshold of ${t}.`;
  if (distance === threshold) return `The network considers these the same: distance ${d}, exactly at the threshold, which still counts as the same.`;
  return `The network considers these the same: distance ${d}, below the threshold of ${t}.`;
}

export interface MapWords {
  title: string; // meaning of colour in this map
  term: string;
}

export function mapWords({ target, verdict }: ExplainedVerdict): { factual: MapWords; counterfactual: MapWords } {
  const [factual, counterfactual] =
    target === 'distance' ? ['For a larger distance', 'For a smaller distance'] : [`For “${verdict}”`, `Against “${verdict}”`];
  return { factual: { title: factual, term: 'factual' }, counterfactual: { title: counterfactual, term: 'counterfactual' } };
}

export function targetSentence({ target, verdict }: Comparison): string {
  return target === 'verdict'
    ? `The maps explain the verdict: the factual map marks evidence for “${verdict}” in each image, the counterfactual map evidence against it.`
    : `The maps explain the distance, independent of the verdict: the factual map marks what increases it in each image, the counterfactual map what decreases it.`;
}

const trulyWords = (verdict: Comparison['verdict']): string => (verdict === 'different' ? 'different' : 'of the same class');

/** The share of pairs at this distance itself for which the verdict is right. An estimate: see similaritySentence. */
export function shareSentence({ verdict, similarity, support }: Pick<Comparison, 'verdict' | 'similarity' | 'support'>): string {
  const pairs = verdict === 'different' ? 'different pairs' : 'pairs of the same class';
  const share = probabilityText(verdict === 'different' ? 1 - similarity : similarity);
  const beyond = support.pairs > 0 ? '' : `, extrapolated: no validation pair is this ${verdict === 'different' ? 'far' : 'near'}`;
  return `At this distance the fitted curve puts the share of ${pairs} at ${share}${beyond}.`;
}

/** The share among all validation pairs at least as far from the threshold, which is larger than that at the distance itself; null without any. */
export function supportSentence({ support, verdict }: Pick<Comparison, 'support' | 'verdict'>): string | null {
  const side = verdict === 'different' ? 'above' : 'below';
  const truly = trulyWords(verdict);
  const { pairs, agree } = support;
  if (pairs === 0) return null;
  if (pairs === 1) return `Only one validation pair is at least this far ${side} the threshold; it is ${agree === 1 ? '' : 'not '}truly ${truly}.`;
  const caution = pairs < 30 ? ' That is a small sample.' : '';
  const among = `validation pairs at least this far ${side} the threshold`;
  if (agree === 0 || agree === 1) return `Of the ${countText(pairs)} ${among}, ${agree === 1 ? 'all' : 'none'} are truly ${truly}.${caution}`;
  return `Of the ${among}, ${countText(Math.round(agree * pairs))} of ${countText(pairs)} (${percentText(agree)}) are truly ${truly}.${caution}`;
}

/**
 * What the similarity rests on. null: identical files, or no validation pair as far. `fit`: validation pairs and expected calibration
 * error, 0..1.
 */
export function similaritySentence(comparison: Comparison, fit: { pairs: number; error: number } | null): string | null {
  if (comparison.support.pairs === 0 || isIdentical(comparison)) return null;
  const pairs = fit ? `${countText(fit.pairs)} validation pairs` : 'validation pairs';
  const error = fit ? ` On these its expected calibration error is ${(100 * fit.error).toFixed(1)} percentage points, on others usually more.` : '';
  return `The similarity of ${probabilityText(comparison.similarity)} is an estimate of the share of pairs at this distance that are of the same class: the value of a curve with one parameter, 50 % at the threshold, fitted to ${pairs}.${error} It holds for pairs sampled like them, half of them same.`;
}

/** The true label according to the data set, if it is known, and how far it proves the network; pairNotices says why it is not known. */
export function trueLabelSentence(comparison: Comparison): string | null {
  const { verdict, images } = comparison;
  const truth = truthOf(comparison);
  if (truth === 'unknown' || truth === 'unclear' || isIdentical(comparison)) return null;
  const filed = truth === 'same' ? 'in one class' : 'in different classes';
  const agrees = truth === verdict ? 'The verdict agrees with that' : 'The verdict contradicts that';
  return `In the data set the two images are ${filed}. ${agrees}. ${trainingSentence(images)}`;
}

/** What a run used the two images for. */
function trainingSentence(images: Comparison['images']): string {
  const which = (split: Split): string | null => {
    const letters = images.flatMap((image, i) => (image.split === split ? ['AB'[i]!] : []));
    return letters.length === 0 ? null : letters.length === 2 ? 'both images' : `image ${letters[0]!}`;
  };
  const [trained, chosen] = [which('train'), which('valid')];
  if (trained !== null) return `The network was trained on ${trained}, so this says little about new ones.`;
  if (images.some(({ split }) => !split)) return 'It is not known whether the network was trained on them.';
  const choice = chosen === null ? '' : `, but its epoch and threshold were chosen on ${chosen === 'both images' ? 'both' : chosen}`;
  return `The network was trained on neither${choice}.`;
}

/** Heading of a comparison: its classes if both are known, else its files. */
export function comparisonNames({ images: [a, b] }: Comparison): [string, string] {
  return a.className !== null && b.className !== null ? [a.className, b.className] : fileNames(a.file, b.file);
}
