import type { Comparison } from '../../../shared/comparison.ts';
import { cellsText, evidenceSentence, weakSentence } from '../../../shared/map-words.ts';
import { evidencePosition, type EvidencePosition } from '../../../shared/maps/evidence.ts';
import type { MapKind } from '../../../shared/maps/kinds.ts';
import { isWeakMap } from '../../../shared/maps/run-scale.ts';
import type { MapPainter } from './painter.ts';
import type { Size } from './zoom.ts';

/** What is said about one map of one image. */
export interface MapFacts {
  isEmpty: boolean;
  weak: string | null; // the mark of a weak map: nothing is said about its location
  position: EvidencePosition | null; // null for an empty or weak map
}

export function mapFacts(comparison: Comparison, { maps, grid, strongest }: MapPainter, kind: MapKind, image: Size): MapFacts {
  const largest = strongest[kind];
  if (isWeakMap(largest, comparison)) return { isEmpty: false, weak: weakSentence(comparison, kind, largest), position: null };
  const position = evidencePosition(maps[kind], grid.width, grid.height, image.width, image.height);
  return { isEmpty: position === null, weak: null, position };
}

/** The sentences under an image. */
export function mapCaption(comparison: Comparison, letter: string, kind: MapKind, { weak, position }: MapFacts, grid: Size): string {
  const facts = weak ?? (position ? evidenceSentence(comparison, kind, position) : `The ${kind} map of ${letter} is empty.`);
  return `${facts} Map of ${cellsText(grid.width, grid.height)}.`;
}
