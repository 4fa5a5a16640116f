import type { Comparison } from '../../../shared/comparison.ts';
import { percentText } from '../../../shared/format.ts';
import { counterfactualFailure } from '../../../shared/faithfulness-words.ts';
import { cellsText, evidenceSentence, kindWords, type SignEvidence, weakSentence } from '../../../shared/map-words.ts';
import { positionWords } from '../../../shared/maps/evidence.ts';
import { figureBelow } from '../../../shared/randomisation.ts';
import { redrawnWords } from '../../../shared/randomisation-words.ts';
import type { MapKind } from '../../../shared/maps/kinds.ts';
import { isWeakMap } from '../../../shared/maps/run-scale.ts';
import type { MapView } from '../../../shared/maps/paint.ts';
import type { MapPainter, ShownView } from './painter.ts';
import type { Size } from '../../kit/zoom.ts';

/** What is said about one map of one image. */
export interface MapFacts {
  isEmpty: boolean;
  weak: string | null; // the mark of a weak map: nothing is said about its location
  evidence: SignEvidence | null; // null for an empty or weak map
}

export function mapFacts(comparison: Comparison, painter: MapPainter, kind: MapKind): MapFacts {
  const largest = painter.strongest[kind];
  if (isWeakMap(largest, comparison)) return { isEmpty: false, weak: weakSentence(comparison, kind, largest), evidence: null };
  const position = painter.position(kind);
  if (position === null) return { isEmpty: true, weak: null, evidence: null };
  const dominant = dominantKind(painter)!; // the map is not empty
  return { isEmpty: false, weak: null, evidence: { position, share: dominant.kind === kind ? dominant.share : 1 - dominant.share } };
}

/** The sentence on a weak map. In the signed view: on the weak sign, or one sentence if both are weak. */
export function weakText(comparison: Comparison, { strongest }: Pick<MapPainter, 'strongest'>, view: MapView): string | null {
  if (view === 'none') return null;
  const sentence = (kind: ShownView): string | null =>
    isWeakMap(strongest[kind], comparison) ? weakSentence(comparison, kind, strongest[kind]) : null;
  return sentence(view) ?? (view === 'signed' ? (sentence('factual') ?? sentence('counterfactual')) : null);
}

/** The mark on an image with a weak map. In the signed view it names the weak sign, unless both are weak. */
function weakLabel(comparison: Comparison, painter: Pick<MapPainter, 'strongest'>, view: MapView): string | null {
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

/** "75 % (redrawn networks: …)": the share of the sign that dominates, if the maps of redrawn networks hardly reach it; else null. */
export function dominantShare({ redrawn }: Pick<Comparison, 'redrawn'>, { share }: { share: number }): string | null {
  const figure = figureBelow(redrawn?.dominant, share);
  return figure && `${percentText(share)} (${redrawnWords(figure)})`;
}

/** The sentences under an image in the signed view. */
export function signedCaption(comparison: Comparison, letter: string, painter: MapPainter): string {
  const { grid } = painter;
  const cells = `Map of ${cellsText(grid.width, grid.height)}.`;
  const dominant = dominantKind(painter);
  if (dominant === null) return `The signed map of ${letter} is empty. ${cells}`;
  const { evidence } = mapFacts(comparison, painter, dominant.kind);
  const [share, sign] = [dominantShare(comparison, dominant), kindWords(comparison, dominant.kind)];
  const sentences = [
    share === null ? `Most of the evidence is ${sign}` : `${share} of the evidence is ${sign}`,
    ...(evidence ? [`strongest point of it: ${positionWords(evidence.position.strongest)}`] : []),
  ];
  const weak = weakText(comparison, painter, 'signed');
  const failure = counterfactualFailure(comparison, letter === 'A' ? 0 : 1);
  return [`${sentences.join('; ')}.`, weak, failure, cells].filter((text) => text !== null).join(' ');
}

/** The mark on an image: its map is weak, or `fails` its check and is greyed. In the signed view it names the sign. null: no mark. */
export function mapMark(comparison: Comparison, painter: Pick<MapPainter, 'strongest'>, view: MapView, fails: boolean): string | null {
  const weak = weakLabel(comparison, painter, view);
  if (!fails) return weak;
  if (view !== 'signed') return 'Fails its check';
  const failing = `Evidence ${kindWords(comparison, 'counterfactual')} fails its check`;
  return weak === null || isWeakMap(painter.strongest.counterfactual, comparison) ? failing : `${weak}. ${failing}`;
}

/** The sentences under an image. */
export function mapCaption(comparison: Comparison, letter: string, kind: MapKind, { weak, evidence }: MapFacts, grid: Size): string {
  const failure = kind === 'counterfactual' ? counterfactualFailure(comparison, letter === 'A' ? 0 : 1) : null;
  if (failure !== null) return failure;
  const facts = weak ?? (evidence ? evidenceSentence(comparison, kind, evidence) : `The ${kind} map of ${letter} is empty.`);
  return `${facts} Map of ${cellsText(grid.width, grid.height)}.`;
}
