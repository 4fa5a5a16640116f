import type { ComparedImage, Comparison, EmptyReason, ExplainedVerdict, ScaleChoice } from './comparison.ts';
import { mapWords } from './comparison-words.ts';
import { methodInfo, methodWords } from './explanation-methods.ts';
import { countNoun, countText, differenceTexts, listText, NBSP, percentText, percentTexts, threeDigits } from './format.ts';
import { CONTOUR_SHARE, MIN_LEVEL } from './maps/contour.ts';
import { isOnBorder, positionWords, strongestEdge, type EvidencePosition } from './maps/evidence.ts';
import { MAP_KINDS, type MapKind } from './maps/kinds.ts';
import { FULL_COLOUR_QUANTILE, fullColourOf, isWeakMap, type Scaled, weakBelow } from './maps/run-scale.ts';
import { type RedrawnFigure, figureBelow, type PositionFigure, rankOfSign } from './randomisation.ts';
import { redrawnWords } from './randomisation-words.ts';

/** Sentences about the maps of one comparison, for the screen, the report, overlay files and the command line. */

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

/** "for “different”", "against “different”"; for target 'distance' "for a larger distance". */
export const kindWords = (comparison: ExplainedVerdict, kind: MapKind): string => lowerFirst(mapWords(comparison)[kind].title);

/** "9 × 9 cells": the size of a map. */
export const cellsText = (width: number, height: number): string => `${width}${NBSP}×${NBSP}${height}${NBSP}cells`;

/** The unit of a comparison's maps. */
export const unitWords = ({ method }: Pick<Comparison, 'method'>): string =>
  methodInfo(method).unit === 'distance' ? 'in units of distance' : 'without a unit: not a share of the distance';

export function fullColourSentence(comparison: Scaled & Pick<Comparison, 'method' | 'layer'>, choice: ScaleChoice): string {
  const { value, scale } = fullColourOf(comparison, choice);
  if (!(value > 0)) return 'All four maps are empty, so there is no scale.';
  if (scale === 'run') {
    const { images } = comparison.runScale!; // two a pair
    return `One scale for all maps of this run by the method ${methodWords(comparison)}: full colour is ${threeDigits(value)} (${unitWords(comparison)}), the ${100 * FULL_COLOUR_QUANTILE}${NBSP}% quantile of the largest values in the ${countText(images)} images of ${countNoun(images / 2, 'validation pair')}.`;
  }
  const stretched = `Colours are stretched to this pair, so they can’t be compared with other pairs: full colour is ${threeDigits(value)} (${unitWords(comparison)}), the largest value in its four maps.`;
  return comparison.runScale ? stretched : `${stretched} The run’s own scale is not known, so weak evidence can’t be recognised.`;
}

/** `cells`: the maps are painted as cells, not interpolated. */
export function scaleSentence(comparison: Comparison, choice: ScaleChoice, { cells: asCells = false } = {}): string {
  const [a, b] = comparison.images.map(({ mapWidth, mapHeight }) => cellsText(mapWidth, mapHeight));
  const cells = a === b ? a! : `${a!} (A) and ${b!} (B)`;
  const enlarged = asCells ? 'enlarged to the image without interpolation' : 'interpolated to the image, so its edges are soft';
  return `${fullColourSentence(comparison, choice)} Each map has ${cells}, ${enlarged}.`;
}

/** The share of the area inside the contours of overlay files. Versions before 0.2, whose records lack `strongest`, used a tenth. */
export const contourShareOf = (images: readonly Pick<ComparedImage, 'strongest'>[]): number =>
  images.every(({ strongest }) => strongest) ? CONTOUR_SHARE : 0.1;

/** The contour of a comparison's overlay files. */
export function contourSentence({ images }: Pick<Comparison, 'images'>): string {
  const share = contourShareOf(images);
  const percentile = Math.round(100 * (1 - share));
  return `The dashed line encloses at most the strongest ${percentText(share)} of the image’s area (values above the map’s ${percentile}th percentile and ${100 * MIN_LEVEL}${NBSP}% of its largest value).`;
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

/** Where the evidence of one sign in an image is, and the sign's share of all evidence in it, 0..1. */
export interface SignEvidence {
  position: EvidencePosition;
  share: number;
}

/** What is known of the maps of redrawn networks. */
type Referenced = ExplainedVerdict & Pick<Comparison, 'redrawn'>;

/** The figure of redrawn networks that this map exceeds, else null: not measured, or their maps reach it too. */
export const exceededFigure = (
  { redrawn }: Pick<Comparison, 'redrawn'>,
  { position, share }: SignEvidence,
  figure: PositionFigure,
): RedrawnFigure | null => figureBelow(redrawn?.positions[rankOfSign(share)]?.[figure], position[figure]);

/**
 * One sentence on where a map's evidence is. Only for maps that are not weak. It states a share only if the maps of redrawn networks hardly
 * reach it, and with their figure.
 */
export function evidenceSentence(comparison: Referenced, kind: MapKind, evidence: SignEvidence): string {
  const { position } = evidence;
  const [topFifth, centre] = percentTexts([position.topFifth, position.centre]);
  const stated = (figure: PositionFigure, words: string): string[] => {
    const redrawn = exceededFigure(comparison, evidence, figure);
    return redrawn ? [`${words} (${redrawnWords(redrawn)})`] : [];
  };
  const shares = [
    ...stated('topFifth', `${topFifth} is in the strongest 20${NBSP}% of the image`),
    ...stated('centre', `${centre} is near the centre`),
  ];
  const strongest = positionWords(position.strongest);
  const found =
    shares.length === 0 ? `Evidence ${kindWords(comparison, kind)}` : `Of the evidence ${kindWords(comparison, kind)}, ${listText(shares)}`;
  return `${found}; strongest point: ${strongest}.`;
}

/** Below this share of the pair's largest value, a map's evidence is too small to have decided. */
const DECISIVE_SHARE = 0.1;

/** Whether a map shows what supports the verdict: a larger distance supports “different”. */
const supportsVerdict = ({ target, verdict }: ExplainedVerdict, kind: MapKind): boolean =>
  target === 'verdict' || verdict === 'different' ? kind === 'factual' : kind === 'counterfactual';

/**
 * Warning if the evidence for the verdict is concentrated near the border, where a frame or background may have decided; else null. Also
 * null for evidence against the verdict, and for values below a tenth of the pair's largest: neither decided. And null if the maps of
 * redrawn networks are as close to the border; a warning whose reference is not measured stays.
 */
export function borderWarning(
  comparison: Referenced & Pick<Comparison, 'scale'>,
  letter: string,
  kind: MapKind,
  evidence: SignEvidence,
): string | null {
  const { position } = evidence;
  if (!isOnBorder(position) || !supportsVerdict(comparison, kind) || position.strongest.value < DECISIVE_SHARE * comparison.scale) return null;
  const redrawn = exceededFigure(comparison, evidence, 'border');
  if (comparison.redrawn && !redrawn) return null;
  const reference = redrawn ? ` (${redrawnWords(redrawn)})` : '';
  return `${percentText(position.border)} of the evidence in ${letter} is near the border${reference}, most at the ${strongestEdge(position)} edge; an even spread would give ${percentText(position.borderArea)}. Check whether a frame or the background decided.`;
}

/** Why an image's map or maps are empty, in one sentence. The layer is named where the method has a choice. */
export function emptySentence(comparison: ExplainedVerdict & Pick<Comparison, 'method' | 'layer'>, reason: EmptyReason): string {
  const at = methodInfo(comparison.method).hasLayers ? ` at layer ${comparison.layer}` : '';
  switch (reason) {
    case 'identical':
      return 'Both images have the same embedding, so there is no evidence in either image: all maps are empty.';
    case 'no-activation':
      return `The network found no features in this image${at}, so both of its maps are empty.`;
    case 'no-gradient':
      return `The distance does not depend on this image’s features${at}, so both of its maps are empty.`;
    case 'no-factual':
      return `This image has no evidence ${kindWords(comparison, 'factual')}${at}: its factual map is empty.`;
    case 'no-counterfactual':
      return `This image has no evidence ${kindWords(comparison, 'counterfactual')}${at}: its counterfactual map is empty.`;
    default:
      return reason satisfies never;
  }
}

/**
 * "The cells of A add up to +1.03 = D(A, B) − D(0, B) = 2.44 − 1.41, …", for each image of a complete method, from the computed numbers;
 * empty for other methods. A sum of an integral that is only approximated comes with its error.
 */
export function completenessSentences({ method, distance, images }: Pick<Comparison, 'method' | 'distance' | 'images'>): string[] {
  const of = methodInfo(method).completeness;
  const known = images.flatMap(({ completeness }, i) => (completeness && of ? [{ ...completeness, i }] : []));
  const texts = differenceTexts(known.map(({ sum, baseline }) => ({ difference: sum, whole: distance, rest: baseline })));
  return known.map(({ sum, baseline, i }, k) => {
    const { replaced, words, steps } = of!;
    const [letter, without] = i === 0 ? (['A', `D(${replaced('A')}, B)`] as const) : (['B', `D(A, ${replaced('B')})`] as const);
    const approximation =
      steps === undefined ? '' : ` The integral over ${steps} steps misses that by ${threeDigits(Math.abs(sum - (distance - baseline)))}.`;
    const { difference, whole, rest, adds } = texts[k]!;
    return `The cells of ${letter} add up to ${difference}${adds ? ` = D(A, B) − ${without} = ${whole} − ${rest}` : `, while D(A, B) − ${without} = ${whole} − ${rest}`}, where ${without} is the distance ${words(letter)}.${approximation}`;
  });
}
