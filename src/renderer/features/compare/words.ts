import type { Comparison } from '../../../shared/comparison.ts';
import type { RunRow } from '../../../shared/run.ts';
import { runName } from '../../client/best-run.ts';
import { mapWords } from '../../../shared/comparison-words.ts';
import { distanceText, NBSP, percentText, probabilityText, threeDigits } from '../../../shared/format.ts';
import { isOnBorder, positionWords, strongestEdge, type EvidencePosition } from '../../../shared/maps/evidence.ts';
import type { MapKind } from '../../../shared/maps/kinds.ts';
import type { MapView } from '../../../shared/maps/paint.ts';
import { verdictWithTruth } from '../../../shared/verdict-claim.ts';

/** Offset from the threshold, absolute and in percent of it: "0.30 (19 %) above the threshold". */
export function offsetWords({ distance, threshold }: Pick<Comparison, 'distance' | 'threshold'>): string {
  const offset = Math.abs(distance - threshold);
  if (offset === 0) return 'at the threshold';
  const share = threshold > 0 ? ` (${percentText(offset / threshold)})` : '';
  return `${distanceText(offset)}${share} ${distance > threshold ? 'above' : 'below'} the threshold`;
}

type ExplainedVerdict = Pick<Comparison, 'verdict' | 'target'>;
const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
const wordsOf = (comparison: ExplainedVerdict): Record<MapKind, string> => {
  const words = mapWords(comparison as Comparison);
  return { factual: lowerFirst(words.factual.title), counterfactual: lowerFirst(words.counterfactual.title) };
};

/** "for “different”", "against “different”"; for target 'distance' "for a larger distance". */
export const kindWords = (comparison: ExplainedVerdict, kind: MapKind): string => wordsOf(comparison)[kind];

/** A map value under the cursor, with its sign and meaning. */
export function valueWords(comparison: ExplainedVerdict, factual: number): string {
  if (Math.abs(factual) < 1e-12) return '0';
  return `${factual > 0 ? '+' : '−'}${threeDigits(Math.abs(factual))} ${kindWords(comparison, factual > 0 ? 'factual' : 'counterfactual')}`;
}

/** One sentence on where a map's evidence is. */
export function evidenceSentence(comparison: ExplainedVerdict, kind: MapKind, position: EvidencePosition): string {
  const evidence = `of the evidence ${kindWords(comparison, kind)}`;
  return `${percentText(position.topFifth)} ${evidence} is in the strongest 20${NBSP}% of the image, ${percentText(position.centre)} near the centre; strongest point: ${positionWords(position.strongest)}.`;
}

/** Warning if evidence is concentrated near the border, where a frame or background may have decided; else null. */
export function borderWarning(letter: string, position: EvidencePosition): string | null {
  if (!isOnBorder(position)) return null;
  return `${percentText(position.border)} of the evidence in ${letter} is near the border, most at the ${strongestEdge(position)} edge; an even spread would give ${percentText(position.borderArea)}. Check whether a frame or the background decided.`;
}

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

export const wholePercentText = (n: number): string => `${n}${NBSP}%`;

/** Heading of a pair while two runs are shown: run, verdict and its truth, offset from its threshold, similarity and map scale. */
export function runHeading(row: Comparison, run: RunRow | null): string {
  return `${run ? runName(run) : row.run}: ${lowerFirst(verdictWithTruth(row))}, ${offsetWords(row)}, similarity ${probabilityText(row.similarity)}; full colour at ${threeDigits(row.scale)}`;
}
