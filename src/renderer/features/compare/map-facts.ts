import type { Comparison } from '../../../shared/comparison.ts';
import { percentText } from '../../../shared/format.ts';
import { counterfactualFailure } from '../../../shared/faithfulness-words.ts';
import { cellsText, evidenceSentence, kindWords, weakSentence } from '../../../shared/map-words.ts';
import { evidencePosition, positionWords, type EvidencePosition } from '../../../shared/maps/evidence.ts';
import type { MapKind } from '../../../shared/maps/kinds.ts';
import { isWeakMap } from '../../../shared/maps/run-scale.ts';
import type { MapView } from '../../../shared/maps/paint.ts';
import type { MapPainter, ShownView } from './painter.ts';
import type { Size } from './zoom.ts';

/** What is said about one map of one image. */
export interface MapFacts {
  isEmpty: boolean;
  weak: string | null; // the mark of a weak map: nothing is said about its location
  position: EvidencePosition | null; // null for an empty or weak map
}

export function mapFacts(comparison: Comparison, painter: MapPainter, kind: MapKind, image: Size): MapFacts {
  const largest = painter.strongest[kind];
  if (isWeakMap(largest, comparison)) return { isEmpty: false, weak: weakSentence(comparison, kind, largest), position: null };
  const position = evidencePosition(painter.cells(kind), image.width, image.height);
  return { isEmpty: position === null, weak: null, position };
}

/** The sentence on a weak map. In the signed view: on the weak sign, or one sentence if both are weak. */
export function weakText(comparison: Comparison, { strongest }: Pick<MapPainter, 'strongest'>, view: MapView): string | null {
  if (view === 'none') return null;
  const sentence = (kind: ShownView): string | null =>
    isWeakMap(strongest[kind], comparison) ? weakSentence(comparison, kind, strongest[kind]) : null;
  return sentence(view) ?? (view === 'signed' ? (sentence('factual') ?? sentence('counterfactual')) : null);
}

/** The mark on an image with a weak map. In the signed view it names the weak sign, unless both are weak. */
export function weakLabel(comparison: Comparison, painter: Pick<MapPainter, 'strongest'>, view: MapView): string | null {
  const sentence = weakText(comparison, painter, view);
  return sentence === null ? null : view === 'signed' ? sentence.slice(0, sentence.indexOf(':')) : 'Weak evidence';
}

/** The sign with more evidence in an image's signed map, and its share of both; null for an empty map. */
export function dominantKind({ maps }: Pick<MapPainter, 'maps'>): { kind: MapKind; share: number } | null {
  const sum = (kind: MapKind): number => maps[kind].reduce((total, value) => total + value, 0);
  const [factual, counterfactual] = [sum('factual'), sum('counterfactual')];
  if (!(factual + counterfactual > 0)) return null;
  const kind = factual >= counterfactual ? 'factual' : 'counterfactual';
  return { kind, share: Math.max(factual, counterfactual) / (factual + counterfactual) };
}

/** "75 % of the evidence is for “same”": the sign that dominates. */
export const dominantWords = (comparison: Comparison, { kind, share }: { kind: MapKind; share: number }): string =>
  `${percentText(share)} of the evidence is ${kindWords(comparison, kind)}`;

/** The sentences under an image in the signed view. */
export function signedCaption(comparison: Comparison, letter: string, painter: MapPainter, image: Size): string {
  const { grid } = painter;
  const cells = `Map of ${cellsText(grid.width, grid.height)}.`;
  const dominant = dominantKind(painter);
  if (dominant === null) return `The signed map of ${letter} is empty. ${cells}`;
  const { position } = mapFacts(comparison, painter, dominant.kind, image);
  const strongest = position ? `; strongest point of it: ${positionWords(position.strongest)}` : '';
  const weak = weakText(comparison, painter, 'signed');
  return `${dominantWords(comparison, dominant)}${strongest}. ${weak === null ? '' : `${weak} `}${cells}`;
}

/** The mark on an image whose counterfactual map is greyed. */
export const FAILS_CHECK = 'Fails its check';

/** The sentences under an image. */
export function mapCaption(comparison: Comparison, letter: string, kind: MapKind, { weak, position }: MapFacts, grid: Size): string {
  const failure = kind === 'counterfactual' ? counterfactualFailure(comparison, letter === 'A' ? 0 : 1) : null;
  if (failure !== null) return failure;
  const facts = weak ?? (position ? evidenceSentence(comparison, kind, position) : `The ${kind} map of ${letter} is empty.`);
  return `${facts} Map of ${cellsText(grid.width, grid.height)}.`;
}
