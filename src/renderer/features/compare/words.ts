import type { Comparison, Verdict } from '../../../shared/comparison.ts';
import type { RunRow } from '../../../shared/explore.ts';
import { runName } from '../../client/best-run.ts';
import { mapWords, verdictWord } from '../../../shared/comparison-words.ts';
import { distanceText, NBSP, percentText, threeDigits } from '../../../shared/format.ts';
import { isOnBorder, placeWords, strongestEdge, type EvidencePlace } from '../../../shared/maps/evidence.ts';
import type { MapKind } from '../../../shared/maps/kinds.ts';
import type { MapView } from '../../../shared/maps/paint.ts';

export type Certainty = 'high' | 'fair' | 'low' | 'unknown';

const FEW = 10; // pairs: fewer say nothing

/** How far validation bears a verdict out, in words. Support is of the validation pairs at least this far on this side. */
export function certaintyOf({ pairs, agree }: Comparison['support']): { certainty: Certainty; words: string } {
  if (pairs < FEW) return { certainty: 'unknown', words: 'Too few pairs to say' };
  if (agree >= 0.95) return { certainty: 'high', words: 'Well supported' };
  if (agree >= 0.8) return { certainty: 'fair', words: 'Fairly supported' };
  return { certainty: 'low', words: agree >= 0.6 ? 'Weakly supported' : 'Hardly better than guessing' };
}

/** What the data set says of the pair, and whether the network agrees; null where it does not know both images. */
export function truthOf({ images: [a, b], verdict }: Comparison): { truth: Verdict; right: boolean; words: string } | null {
  if (a.className === null || b.className === null) return null;
  const truth = a.className === b.className ? 'same' : 'different';
  const filed = truth === 'same' ? `both are ${a.className}` : `${a.className} and ${b.className}`;
  return { truth, right: truth === verdict, words: `${filed} in the data set, so “${verdict}” is ${truth === verdict ? 'right' : 'wrong'}` };
}

/** How far above or below the threshold, and how many times it. */
export function offsetWords({ distance, threshold }: Pick<Comparison, 'distance' | 'threshold'>): string {
  const by = Math.abs(distance - threshold);
  if (by === 0) return 'at the threshold';
  const times = threshold > 0 ? `, ${(distance / threshold).toFixed(2)} × it` : '';
  return `${distanceText(by)} ${distance > threshold ? 'above' : 'below'} the threshold${times}`;
}

type Read = Pick<Comparison, 'verdict' | 'target'>;
const lower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
const wordsOf = (read: Read): Record<MapKind, string> => {
  const words = mapWords(read as Comparison);
  return { factual: lower(words.factual.title), counterfactual: lower(words.counterfactual.title) };
};

/** "for “different”", "against “different”"; for target 'distance' "for a larger distance". */
export const kindWords = (read: Read, kind: MapKind): string => wordsOf(read)[kind];

/** A value of the map under a pointer, with its sign and what it speaks for. */
export function valueWords(read: Read, factual: number): string {
  if (Math.abs(factual) < 1e-12) return '0';
  return `${factual > 0 ? '+' : '−'}${threeDigits(Math.abs(factual))} ${kindWords(read, factual > 0 ? 'factual' : 'counterfactual')}`;
}

/** One sentence on where a map's evidence lies. */
export function placeSentence(read: Read, kind: MapKind, place: EvidencePlace): string {
  const evidence = `of the evidence ${kindWords(read, kind)}`;
  return `${percentText(place.topFifth)} ${evidence} lies in a fifth of the picture, ${percentText(place.centre)} in its centre ninth; strongest at ${placeWords(place.strongest)}.`;
}

/** A warning where the border holds so much that a frame or background may have decided; null otherwise. */
export function borderWarning(letter: string, place: EvidencePlace): string | null {
  if (!isOnBorder(place)) return null;
  return `${percentText(place.border)} of the evidence in ${letter} lies on the outer border, most at the ${strongestEdge(place)} edge, where even spread would give ${percentText(place.borderArea)}. Look whether a frame or the background decided.`;
}

/** Why one picture's map so often is empty, beside the reason itself. */
export const EMPTY_IS_USUAL =
  'This is usual: the network’s features are never negative and are averaged over the picture, so often all of one image pushes the distance up and all of the other pulls it down.';

export interface LegendTick {
  at: number; // 0..1 along the bar
  text: string;
}

/** Ticks of a bar that ends at `scale`; of a signed one from against to for. A scale of zero has only its zero. */
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

/** Above a pair's pictures where two runs stand on the stage: which run, what it says, how far from its threshold, and its scale, which is its own. */
export function otherHeading(row: Comparison, run: RunRow | null): string {
  return `${run ? runName(run) : row.run}: ${verdictWord(row.verdict).toLowerCase()}, ${offsetWords(row)}, similarity ${percentText(row.similarity)}; full colour at ${threeDigits(row.scale)}`;
}
