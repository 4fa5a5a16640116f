import type { Comparison, Verdict } from '../../../shared/comparison.ts';
import type { RunRow } from '../../../shared/run.ts';
import { runName } from '../../client/best-run.ts';
import { mapWords, verdictWord } from '../../../shared/comparison-words.ts';
import { distanceText, NBSP, percentText, probabilityText, threeDigits } from '../../../shared/format.ts';
import { isOnBorder, positionWords, strongestEdge, type EvidencePosition } from '../../../shared/maps/evidence.ts';
import type { MapKind } from '../../../shared/maps/kinds.ts';
import type { MapView } from '../../../shared/maps/paint.ts';

export type Certainty = 'high' | 'fair' | 'low' | 'unknown';

const FEW = 10; // pairs; fewer prove nothing

/** How well validation supports a verdict. Support counts the validation pairs at least this far on this side of the threshold. */
export function certaintyOf({ pairs, agree }: Comparison['support']): { certainty: Certainty; words: string } {
  if (pairs < FEW) return { certainty: 'unknown', words: 'Too few pairs to say' };
  if (agree >= 0.95) return { certainty: 'high', words: 'Well supported' };
  if (agree >= 0.8) return { certainty: 'fair', words: 'Fairly supported' };
  return { certainty: 'low', words: agree >= 0.6 ? 'Weakly supported' : 'Barely better than guessing' };
}

/** The true label by the data set, and whether the network agrees; null unless both images are in it. */
export function truthOf({ images: [a, b], verdict }: Comparison): { truth: Verdict; right: boolean; words: string } | null {
  if (a.className === null || b.className === null) return null;
  const truth = a.className === b.className ? 'same' : 'different';
  const classes = truth === 'same' ? `both are ${a.className}` : `${a.className} and ${b.className}`;
  return { truth, right: truth === verdict, words: `${classes} in the data set, so the verdict is ${truth === verdict ? 'right' : 'wrong'}` };
}

/** Offset from the threshold, absolute and in percent of it: "0.30 (19 %) above the threshold". */
export function offsetWords({ distance, threshold }: Pick<Comparison, 'distance' | 'threshold'>): string {
  const by = Math.abs(distance - threshold);
  if (by === 0) return 'at the threshold';
  const share = threshold > 0 ? ` (${percentText(by / threshold)})` : '';
  return `${distanceText(by)}${share} ${distance > threshold ? 'above' : 'below'} the threshold`;
}

type Read = Pick<Comparison, 'verdict' | 'target'>;
const lower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
const wordsOf = (read: Read): Record<MapKind, string> => {
  const words = mapWords(read as Comparison);
  return { factual: lower(words.factual.title), counterfactual: lower(words.counterfactual.title) };
};

/** "for “different”", "against “different”"; for target 'distance' "for a larger distance". */
export const kindWords = (read: Read, kind: MapKind): string => wordsOf(read)[kind];

/** A map value under the cursor, with its sign and meaning. */
export function valueWords(read: Read, factual: number): string {
  if (Math.abs(factual) < 1e-12) return '0';
  return `${factual > 0 ? '+' : '−'}${threeDigits(Math.abs(factual))} ${kindWords(read, factual > 0 ? 'factual' : 'counterfactual')}`;
}

/** One sentence on the location of a map's evidence. */
export function evidenceSentence(read: Read, kind: MapKind, place: EvidencePosition): string {
  const evidence = `of the evidence ${kindWords(read, kind)}`;
  return `${percentText(place.topFifth)} ${evidence} is in the strongest 20${NBSP}% of the image, ${percentText(place.centre)} near the centre; strongest point: ${positionWords(place.strongest)}.`;
}

/** Warning if so much evidence is near the border that a frame or background may have decided; else null. */
export function borderWarning(letter: string, place: EvidencePosition): string | null {
  if (!isOnBorder(place)) return null;
  return `${percentText(place.border)} of the evidence in ${letter} is near the border, most at the ${strongestEdge(place)} edge; an even spread would give ${percentText(place.borderArea)}. Check whether a frame or the background decided.`;
}

/** Why one of the maps is often empty. */
export const EMPTY_MAP_HINT =
  'This is common: features are never negative and are averaged over the image, so often one image only increases the distance and the other only decreases it.';

export interface LegendTick {
  at: number; // 0..1 along the bar
  text: string;
}

/** Ticks of a bar that ends at `scale`; a signed bar goes from −scale to +scale. A scale of 0 has one tick. */
export function legendTicks(view: Exclude<MapView, 'none'>, scale: number): LegendTick[] {
  if (!(scale > 0)) return [{ at: view === 'signed' ? 0.5 : 0, text: '0' }];
  if (view === 'signed') {
    return [
      { at: 0, text: `−${threeDigits(scale)}` },
      { at: 0.5, text: '0' },
      { at: 1, text: `+${threeDigits(scale)}` },
    ];
  }
  return [0, 0.5, 1].map((at) => ({ at, text: at === 0 ? '0' : threeDigits(at * scale) }));
}

export const percentOf = (n: number): string => `${n}${NBSP}%`;

/** Heading of a pair while two runs are shown: run, verdict, offset from its threshold, similarity and its own scale. */
export function otherHeading(row: Comparison, run: RunRow | null): string {
  return `${run ? runName(run) : row.run}: ${verdictWord(row.verdict).toLowerCase()}, ${offsetWords(row)}, similarity ${probabilityText(row.similarity)}; full colour at ${threeDigits(row.scale)}`;
}
