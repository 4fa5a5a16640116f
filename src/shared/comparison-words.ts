import { type Certainty, midpointOf } from './calibration.ts';
import type { Comparison, ExplainedVerdict } from './comparison.ts';
import type { Split } from './dataset.ts';
import type { Calibration, RunRecord } from './run.ts';
import { isIdentical, truthOf } from './pair-truth.ts';
import { CLASS_MEANING, labelPhrase } from './same-meaning.ts';
import { unitsText } from './interval-words.ts';
import { countText, distancePair, distanceText, fileNames, percentText, probabilityRange, probabilityText } from './format.ts';

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

type Judgeable = Pick<Comparison, 'threshold' | 'curve'>;

/** Which of the two its run has changed since a comparison; null: neither. `calibration`: of the run, which still has the same network. */
function recalibrated({ threshold, curve }: Judgeable, calibration: Calibration): 'threshold' | 'curve' | null {
  if (threshold !== calibration.threshold) return 'threshold';
  const isSameCurve = curve
    ? curve.slope === calibration.slope && curve.midpoint === midpointOf(calibration) && curve.scale === calibration.scale
    : calibration.fit === undefined;
  return isSameCurve ? null : 'curve';
}

/** Why a comparison's verdict or similarity is not what its run gives today; null if it is. `calibration`: as for recalibrated. */
export function recalibratedSentence(comparison: Judgeable, calibration: Calibration): string | null {
  const changed = recalibrated(comparison, calibration);
  if (changed === 'curve') return 'The similarity curve of this run was fitted again since: the similarity of this pair is by the earlier curve.';
  if (changed === null) return null;
  const [before, after] = distancePair(comparison.threshold, calibration.threshold);
  return `The threshold of this run has changed since: this pair was judged at ${before}, now it is ${after}.`;
}

/** recalibratedSentence in a few words, for a card. null also if the run is gone or has another network by now. */
export function recalibratedNote(
  comparison: Judgeable & Pick<Comparison, 'modelSha256'>,
  run: Pick<RunRecord, 'modelSha256' | 'calibration'> | null,
): string | null {
  if (!run?.calibration || run.modelSha256 !== comparison.modelSha256) return null;
  const changed = recalibrated(comparison, run.calibration);
  if (changed === 'curve') return 'Similarity by an earlier curve';
  if (changed === null) return null;
  const [before, after] = distancePair(comparison.threshold, run.calibration.threshold);
  return `Judged at ${before}, the threshold is now ${after}`;
}

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
    ? `The maps are of the verdict: the factual map marks what the method finds for “${verdict}” in each image, the counterfactual map what it finds against it.`
    : `The maps are of the distance, independent of the verdict: by this method, the factual map marks what increases it in each image, the counterfactual map what decreases it.`;
}

/** The share of pairs at this distance for which the verdict is right, with its interval over images. */
export function shareSentence({
  verdict,
  similarity,
  certainty,
  meaning = CLASS_MEANING,
}: Pick<Comparison, 'verdict' | 'similarity' | 'certainty' | 'meaning'>): string {
  const pairs = verdict === 'different' ? 'different pairs' : `pairs ${labelPhrase(meaning, 0)}`;
  const { share, low, high } = rightShare({ verdict, similarity, certainty });
  const interval = certainty ? ` (95 % interval ${probabilityRange(low, high)})` : '';
  const beyond = certainty?.beyond ? `, extrapolated: no validation pair is this ${verdict === 'different' ? 'far' : 'near'}` : '';
  const older = certainty ? '' : ' An older version fitted this curve without an interval.';
  return `At this distance the fitted curve puts the share of ${pairs} at ${probabilityText(share)}${interval}${beyond}.${older}`;
}

/** What rightShare needs of a comparison or of a pair of a queue. */
export interface Judged extends Pick<Comparison, 'verdict' | 'similarity'> {
  certainty?: Pick<Certainty, 'low' | 'high'> | null | undefined;
}

/** The probability that the verdict is right, 0..1, with its 95 % interval; without one, low and high are the probability itself. */
export function rightShare({ verdict, similarity, certainty }: Judged): { share: number; low: number; high: number } {
  const { low, high } = certainty ?? { low: similarity, high: similarity };
  return verdict === 'same' ? { share: similarity, low, high } : { share: 1 - similarity, low: 1 - high, high: 1 - low };
}

/**
 * What the similarity rests on; null for identical files. `calibration`: the curve of the run if it is the one of this comparison, with its
 * validation pairs; null if these are unknown.
 */
export function similaritySentence(comparison: Comparison, calibration: Calibration | null): string | null {
  const { similarity, certainty, threshold, meaning = CLASS_MEANING } = comparison;
  if (isIdentical(comparison) || certainty?.beyond) return null;
  const start = `The similarity of ${probabilityText(similarity)} is an estimate of the share of pairs at this distance that are ${labelPhrase(meaning, 0)}:`;
  if (!certainty) return `${start} the value of a curve with one parameter, fitted by an older version, 50 % at the threshold.`;
  const midpoint = comparison.curve!.midpoint;
  const { pairs, same, units, over } = certainty;
  const where =
    midpoint === threshold ? 'the threshold' : `a distance of ${distanceText(midpoint)}, not at the threshold of ${distanceText(threshold)}`;
  const error = calibration?.fit?.reliability?.error;
  const off =
    error === undefined
      ? ''
      : ` On these, each judged by a curve that saw neither of its ${over}, the expected calibration error is ${(100 * error).toFixed(1)} percentage points.`;
  return `${start} the value of a curve fitted to ${countText(pairs)} validation pairs of ${unitsText({ units, over })}, 50 % at ${where}.${off} It holds for pairs sampled like them, ${percentText(same / pairs)} of them same.`;
}

/** The true label according to the data set, if it is known, and how far it proves the network; pairNotices says why it is not known. */
export function trueLabelSentence(comparison: Comparison): string | null {
  const { verdict, images, meaning = CLASS_MEANING } = comparison;
  const truth = truthOf(comparison);
  if (truth === 'unknown' || truth === 'unclear' || isIdentical(comparison)) return null;
  const filed = labelPhrase(meaning, truth === 'same' ? 0 : 1);
  const agrees = truth === verdict ? 'The verdict agrees with that' : 'The verdict contradicts that';
  return `${meaning.same === 'pairs' ? 'The two images are' : 'In the data set the two images are'} ${filed}. ${agrees}. ${trainingSentence(images)}`;
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
