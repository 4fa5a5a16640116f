/** Version of the recipe. A stored randomisation of another version is measured again. */
export const RANDOMISATION_RECIPE = 2;
/** Validation pairs whose maps are compared; fewer for a method of many passes. */
export const RANDOMISATION_PAIRS = 16;
export const RANDOMISATION_FEW_PAIRS = 4;
/** How often each part of the network is redrawn, with another seed each time. */
export const REDRAWS = 3;

/** After one more stage of the network was redrawn: Spearman's rank correlation of a map's cells with those of the trained network's map. */
export interface RandomisationStep {
  redrawn: string; // the stage, as stagesFromTop names it; those before it are redrawn too
  mean: number; // -1..1, over all images and redraws
  low: number; // 10 % quantile
  high: number; // 90 % quantile
}

/** The figures of EvidencePosition that sentences state: shares 0..1 of the evidence of one sign. */
export const POSITION_FIGURES = ['topFifth', 'centre', 'border'] as const;
export type PositionFigure = (typeof POSITION_FIGURES)[number];

/** A figure of the maps of networks with redrawn weights. */
export interface RedrawnFigure {
  median: number;
  limit: number; // 95 % quantile
}

/**
 * major: the sign has at least half of an image's evidence. minor: it has less. They have separate figures, because less evidence is more
 * concentrated.
 */
export type SignRank = 'major' | 'minor';

/**
 * The figures of maps of networks whose weights are all redrawn, on the same images. Weak and empty maps are left out; null if no others
 * were left.
 */
export interface RedrawnReference {
  maps: number; // of one sign
  positions: Record<SignRank, Record<PositionFigure, RedrawnFigure> | null>;
  dominant: RedrawnFigure | null; // the share of the major sign
}

/** How the maps of a run change when the weights of its network are redrawn, from the last layer down (cascading: Adebayo et al. 2018). */
export interface Randomisation {
  recipe: number;
  measuredMs: number;
  pairs: number;
  images: number; // whose maps were compared; empty maps have no order
  redraws: number;
  seed: number; // of the run
  steps: RandomisationStep[]; // top to bottom; the last one has no trained weight left
  redrawn: RedrawnReference;
}

/** The quantile of the redrawn networks' figure that a map must exceed before a sentence states it. */
export const REDRAWN_QUANTILE = 0.95;

/** `share`: of the image's evidence that has the sign, 0..1. */
export const rankOfSign = (share: number): SignRank => (share >= 0.5 ? 'major' : 'minor');

/** The figure of redrawn networks if a map exceeds it, else null: then the map says no more than theirs. */
export const figureBelow = (figure: RedrawnFigure | null | undefined, value: number): RedrawnFigure | null =>
  figure && value > figure.limit ? figure : null;

/** Mean rank correlations with the fully redrawn network: below the first the maps change, from the second on they hardly do. */
export const CHANGED_BELOW = 0.3;
export const UNCHANGED_FROM = 0.6;

export type MapDependence = 'learnt' | 'partly' | 'structure';

/** Whether the maps depend on what was learnt. */
export function dependenceOf({ steps }: Pick<Randomisation, 'steps'>): MapDependence {
  const { mean } = steps.at(-1)!;
  return mean < CHANGED_BELOW ? 'learnt' : mean < UNCHANGED_FROM ? 'partly' : 'structure';
}
