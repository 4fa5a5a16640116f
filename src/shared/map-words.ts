import type { ComparedImage, Comparison, ExplainedVerdict, ScaleChoice } from './comparison.ts';
import { mapWords } from './comparison-words.ts';
import { countNoun, countText, NBSP, percentText, percentTexts, threeDigits } from './format.ts';
import { CONTOUR_SHARE } from './maps/contour.ts';
import { isOnBorder, positionWords, strongestEdge, type EvidencePosition } from './maps/evidence.ts';
import { MAP_KINDS, type MapKind } from './maps/kinds.ts';
import { fullColourOf, isWeakMap, type Scaled, weakBelow } from './maps/run-scale.ts';

/** Sentences about the maps of one comparison, for the screen, the report, overlay files and the command line. */

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

/** "for “different”", "against “different”"; for target 'distance' "for a larger distance". */
export const kindWords = (comparison: ExplainedVerdict, kind: MapKind): string => lowerFirst(mapWords(comparison)[kind].title);

/** "9 × 9 cells": the size of a map. */
export const cellsText = (width: number, height: number): string => `${width}${NBSP}×${NBSP}${height}${NBSP}cells`;

export function fullColourSentence(comparison: Scaled, choice: ScaleChoice): string {
  const { value, scale } = fullColourOf(comparison, choice);
  if (!(value > 0)) return 'All four maps are empty, so there is no scale.';
  if (scale === 'run') {
    const { images } = comparison.runScale!; // two maps a pair
    return `One scale for all pairs of this run: full colour is ${threeDigits(value)}, in units of distance. In 10${NBSP}% of the ${countText(images)} maps of ${countNoun(images / 2, 'validation pair')} the strongest cell is above it.`;
  }
  const stretched = `Colours are stretched to this pair: full colour is ${threeDigits(value)}, the largest value in either image, in units of distance, so they can’t be compared with other pairs.`;
  return comparison.runScale ? stretched : `${stretched} The run’s own scale is not known, so weak evidence can’t be recognised.`;
}

export function scaleSentence(comparison: Comparison, choice: ScaleChoice): string {
  const [a, b] = comparison.images.map(({ mapWidth, mapHeight }) => cellsText(mapWidth, mapHeight));
  const cells = a === b ? a! : `${a!} (A) and ${b!} (B)`;
  return `${fullColourSentence(comparison, choice)} Each map has ${cells}, enlarged to the image, so its edges are soft.`;
}

/** The share of the area inside the contours of overlay files. Versions before 0.2, whose records lack `strongest`, used a tenth. */
export const contourShareOf = (images: readonly Pick<ComparedImage, 'strongest'>[]): number =>
  images.every(({ strongest }) => strongest) ? CONTOUR_SHARE : 0.1;

/** The contour of a comparison's overlay files. */
export function contourSentence({ images }: Pick<Comparison, 'images'>): string {
  const share = contourShareOf(images);
  const percentile = Math.round(100 * (1 - share));
  return `The dashed line encloses the strongest ${percentText(share)} of the image’s area (values above the map’s ${percentile}th percentile).`;
}

/** The mark of a weak map, with its rule. */
export function weakSentence(comparison: ExplainedVerdict & Scaled, kind: MapKind | 'signed', strongest: number): string {
  const evidence = kind === 'signed' ? 'Weak evidence' : `Weak evidence ${kindWords(comparison, kind)}`;
  return `${evidence}: strongest value ${threeDigits(strongest)}, below ${threeDigits(weakBelow(comparison)!)}, a tenth of this run’s full colour, so no location is stated.`;
}

/** The mark of an image's map, or null: it is not weak, is empty, or the record does not say. */
export function weakMark(comparison: ExplainedVerdict & Scaled, image: Pick<ComparedImage, 'strongest'>, kind: MapKind): string | null {
  const strongest = image.strongest?.[kind] ?? 0;
  return isWeakMap(strongest, comparison) ? weakSentence(comparison, kind, strongest) : null;
}

/** All weak maps of a comparison in one sentence, or null: "Weak evidence for “same” in A (strongest value 0.003) and in B (0.002): …". */
export function weakMapsSentence(comparison: ExplainedVerdict & Scaled & Pick<Comparison, 'images'>): string | null {
  const weak = MAP_KINDS.flatMap((kind) => {
    const images = comparison.images.flatMap((image, i) =>
      weakMark(comparison, image, kind) === null ? [] : [`${'AB'[i]!} (strongest value ${threeDigits(image.strongest![kind])})`],
    );
    return images.length === 0 ? [] : [`${kindWords(comparison, kind)} in ${images.join(' and ')}`];
  });
  if (weak.length === 0) return null;
  return `Weak evidence ${weak.join(', ')}: below ${threeDigits(weakBelow(comparison)!)}, a tenth of this run’s full colour, so no location is stated.`;
}

/** One sentence on where a map's evidence is. Only for maps that are not weak. */
export function evidenceSentence(comparison: ExplainedVerdict, kind: MapKind, position: EvidencePosition): string {
  const evidence = `of the evidence ${kindWords(comparison, kind)}`;
  const [topFifth, centre] = percentTexts([position.topFifth, position.centre]);
  return `${topFifth} ${evidence} is in the strongest 20${NBSP}% of the image, ${centre} near the centre; strongest point: ${positionWords(position.strongest)}.`;
}

/** Warning if evidence is concentrated near the border, where a frame or background may have decided; else null. */
export function borderWarning(letter: string, position: EvidencePosition): string | null {
  if (!isOnBorder(position)) return null;
  return `${percentText(position.border)} of the evidence in ${letter} is near the border, most at the ${strongestEdge(position)} edge; an even spread would give ${percentText(position.borderArea)}. Check whether a frame or the background decided.`;
}

/**
 * "The cells of A add up to +1.43 = D(A, B) − D(0, B), …", for each image of a complete method, from the computed numbers; empty for
 * other methods.
 */
export function completenessSentences({ distance, images }: Pick<Comparison, 'distance' | 'images'>): string[] {
  return images.flatMap(({ completeness }, i) => {
    if (!completeness) return [];
    const [letter, without] = i === 0 ? (['A', 'D(0, B)'] as const) : (['B', 'D(A, 0)'] as const);
    const [sum, difference] = [completeness.sum, distance - completeness.baseline].map(signedText) as [string, string];
    const check = sum === difference ? ` = D(A, B) − ${without}` : `, while D(A, B) − ${without} = ${difference}`;
    return [
      `The cells of ${letter} add up to ${sum}${check}: the distance less ${threeDigits(completeness.baseline)}, the distance without the features of ${letter}.`,
    ];
  });
}

const signedText = (value: number): string => (value === 0 ? '0' : `${value < 0 ? '−' : '+'}${threeDigits(Math.abs(value))}`);
