import { judgementWord } from '../../../shared/judgement-words.ts';
import type { Comparison, ComparisonRow, ExplainedVerdict, ScaleChoice } from '../../../shared/comparison.ts';
import { methodInfo } from '../../../shared/explanation-methods.ts';
import type { RunRow } from '../../../shared/run.ts';
import { runName } from '../../../shared/run-words.ts';
import { distancePair, NBSP, percentText, probabilityText, threeDigits } from '../../../shared/format.ts';
import { fullColourOf } from '../../../shared/maps/run-scale.ts';
import { kindWords } from '../../../shared/map-words.ts';
import type { MapView } from '../../../shared/maps/paint.ts';
import { verdictWithTruth } from '../../../shared/verdict-claim.ts';

/** Offset from the threshold, absolute and in percent of it: "0.30 (19 %) above the threshold". */
export function offsetWords({ distance, threshold }: Pick<Comparison, 'distance' | 'threshold'>): string {
  const offset = Math.abs(distance - threshold);
  if (offset === 0) return 'at the threshold';
  const share = threshold > 0 ? ` (${percentText(offset / threshold)})` : '';
  // The difference of the shown distances: rounded by itself it does not always add up.
  const [d, t] = distancePair(distance, threshold);
  const shown = Math.abs(Number(d) - Number(t)).toFixed(d.split('.')[1]?.length ?? 0);
  return `${shown}${share} ${distance > threshold ? 'above' : 'below'} the threshold`;
}

/** A map value under the cursor, with its sign and meaning. */
export function valueWords(comparison: ExplainedVerdict, factual: number): string {
  if (Math.abs(factual) < 1e-12) return '0';
  return `${factual > 0 ? '+' : '−'}${threeDigits(Math.abs(factual))} ${kindWords(comparison, factual > 0 ? 'factual' : 'counterfactual')}`;
}

/**
 * Beside a map that is empty because all evidence has the other sign. Grad-CAM's gradient at the pair often has one sign where the network
 * is saturated: 27 % of its factual maps of skin lesions were empty.
 */
export const emptyMapHint = ({ method }: Pick<Comparison, 'method'>): string =>
  `All evidence in this image has the other sign: see the signed map.${
    method === 'gradcam' ? ' Grad-CAM uses the gradient at this pair only; the method Path may find some.' : ''
  }`;

export interface LegendTick {
  at: number; // 0..1 along the bar
  text: string;
}

/**
 * Ticks of a bar that ends at `scale`; a signed bar goes from −scale to +scale. A scale of 0 has one tick. `isExceeded`: maps have larger
 * values, in full colour, too.
 */
export function legendTicks(view: Exclude<MapView, 'none'>, scale: number, isExceeded = false): LegendTick[] {
  const [most, least] = isExceeded ? ['≥ ', '≤ '] : ['', ''];
  if (!(scale > 0)) return [{ at: view === 'signed' ? 0.5 : 0, text: '0' }];
  if (view === 'signed') {
    return [
      { at: 0, text: `${least}−${threeDigits(scale)}` },
      { at: 0.5, text: '0' },
      { at: 1, text: `${most}+${threeDigits(scale)}` },
    ];
  }
  return [0, 0.5, 1].map((at) => ({ at, text: at === 0 ? '0' : `${at === 1 ? most : ''}${threeDigits(at * scale)}` }));
}

export const wholePercentText = (n: number): string => `${n}${NBSP}%`;

/** The newest comparison of the same pair, in either order, and run that has a judgement or note; null if there is none. `rows`: newest first. */
export function judgedElsewhere(shown: ComparisonRow, rows: readonly ComparisonRow[]): ComparisonRow | null {
  const pairOf = ({ run, images }: ComparisonRow): string => JSON.stringify([run, ...images.map(({ sha256 }) => sha256).sort()]);
  const judged = rows.filter((row) => row.comparison !== shown.comparison && (row.judgement !== null || row.note.trim() !== ''));
  return judged.find((row) => pairOf(row) === pairOf(shown)) ?? null;
}

/** "Judged “agree” with Path maps": the judgement of another comparison of the pair, and what differs from the shown one. */
export function judgedElsewhereText(shown: ComparisonRow, other: ComparisonRow): string {
  const info = methodInfo(other.method);
  const sameMaps = other.method === shown.method && (!info.hasLayers || other.layer === shown.layer);
  const differences = [
    !sameMaps && `with ${info.label} maps${info.hasLayers ? ` at layer ${other.layer}` : ''}`,
    other.target !== shown.target && `explaining the ${other.target}`,
    other.images[0].sha256 !== shown.images[0].sha256 && 'with A and B swapped',
  ].filter((text) => text !== false);
  const judged =
    other.judgement === null ? 'This pair has a note' : `Judged “${judgementWord(other.judgement)}”${other.note.trim() ? ', with a note,' : ''}`;
  return `${judged} ${differences.join(', ') || 'in an earlier comparison'}`;
}

/** Heading of a pair while two runs are shown: run, verdict and its truth, offset from its threshold, similarity and map scale. */
export function runHeading(row: Comparison, run: RunRow | null, scale: ScaleChoice): string {
  return `${run ? runName(run) : row.run}: ${verdictWithTruth(row).toLowerCase()}, ${offsetWords(row)}, similarity ${probabilityText(row.similarity)}; full colour at ${threeDigits(fullColourOf(row, scale).value)}`;
}
