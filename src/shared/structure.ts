import type { Interval, IntervalUnit } from './run.ts';

/** Neighbours and classes of a run: what its network does with the test images beyond one AUC. Types and numbers; words: structure-words.ts. */

export const STRUCTURE_RECIPE = 3; // version of the computation; those of other versions are measured again

/** A mean over queries or pairs, 0..1, with its 95 % interval. */
export interface Estimate {
  value: number;
  interval: Interval;
}

/**
 * How often the nearest images are the same as the query: definitions of pytorch-metric-learning's AccuracyCalculator, see rankQuery. Means
 * over queries. recall1 is also the precision at 1.
 */
export interface RetrievalFigures {
  recall1: Estimate; // share of queries with a same image among the nearest 1
  recall5: Estimate;
  recall10: Estimate;
  rPrecision: Estimate;
  mapAtR: Estimate;
  map: Estimate;
}

/** Distances that rank the images: of the embedding, or the cosine of the pooled features, the head's input, that the examples use. */
export const SPACES = ['embedding', 'features'] as const;
export type Space = (typeof SPACES)[number];

/** Test images as queries. Different images only: copies of an image count once, and an image is never its own neighbour. */
export interface Retrieval {
  among: 'test' | 'all'; // the gallery: test images, or included images of all splits
  queries: number; // with another same image in the gallery
  withoutPositive: number; // without one, left out
  available: number; // test images, of which more were sampled if it exceeds queries + withoutPositive
  gallery: number; // images that are ranked
  galleryAvailable: number; // of which `gallery` were sampled
  over: IntervalUnit; // unit of the intervals
  units: number;
  figures: Record<Space, RetrievalFigures>;
  /** Embedding less features, of the same queries, with 95 % intervals. */
  gain: { recall1: Estimate; mapAtR: Estimate };
}

/** Test pairs of two classes, or within one. */
export interface ClassCell {
  a: number; // position in `names`, a <= b
  b: number;
  pairs: number;
  wrong: number; // wrong verdicts at the threshold
  distance: number; // mean
  /** Share of what the AUC lacks to 1 that these pairs cause, 0..1; all cells add up to 1. 0 if the AUC is 1. */
  loss: number;
}

/** Classes or groups against each other, on test pairs. */
export interface PairMatrix {
  names: string[];
  cells: ClassCell[]; // of those with pairs
}

export interface ClassFigures {
  images: number; // test images
  /** Of the pairs with an image of the class. */
  pairs: number;
  accuracy: Estimate | null; // at the threshold; null without pairs
  sameWrong: number; // of `same`
  same: number; // pairs within the class
  differentWrong: number;
  different: number; // pairs with another class
  recall1: number | null; // by the embedding among test images; null: no query of the class has another same image
}

/** How often the nearest other test image is of another class, by the embedding. */
export interface NeighbourConfusion {
  from: number; // class of the query, position in `classes`
  to: number; // class of its nearest image
  queries: number;
}

export interface RunStructure {
  recipe: number;
  measuredMs: number;
  /** Of the test pairs and of the images: figures of another state of the data set are measured again. */
  pairSet: string;
  threshold: number;
  pairs: number;
  images: number; // in the pairs
  over: IntervalUnit; // unit of the intervals
  auc: Estimate; // of the test pairs
  /**
   * AUC of the cosine of the run's own pooled features on the same pairs, and what the embedding gains over it: -1..1, a paired difference.
   * Metrics.baseline is of a backbone without training; the two are equal where only the head is trained.
   */
  featuresAuc: number;
  gain: Estimate;
  retrieval: Retrieval[]; // among test images, among all; without those that have no queries
  classes: PairMatrix;
  perClass: ClassFigures[]; // in the order of classes.names
  neighbours: NeighbourConfusion[]; // without those of the same class, most first
  groups: PairMatrix | null; // null without groups, or with more than MAX_GROUPS
  /** Share of what the AUC lacks to 1 that pairs of the `count` worst images cause, an image's pairs counted half. */
  worstImages: { count: number; loss: number };
  /** Images of the pairs whose pixels are filed under several classes, and the share of what the AUC lacks to 1 that their pairs cause. */
  contradicting: { images: number; loss: number };
}

/** A stored structure and what limits its AUC, which also depends on the validation pairs. */
export interface StructureAnswer extends RunStructure {
  limit: AucLimit;
}

/** Recall@1 of the run's embeddings, for test images among test images. */
export const testRecall = (structure: Pick<RunStructure, 'retrieval'> | null): Estimate | undefined =>
  structure?.retrieval.find(({ among }) => among === 'test')?.figures.embedding.recall1;

/** Groups that a matrix shows at most. */
export const MAX_GROUPS = 100;

/** What limits the AUC most, by the first rule that applies (limitOf). */
export type AucLimit =
  | { kind: 'nothing' } // the AUC is 1
  | { kind: 'contradictions'; images: number; loss: number }
  | { kind: 'split-gap'; valid: number; test: number } // AUCs whose intervals do not overlap
  | { kind: 'no-gain'; features: number; gain: Estimate }
  | { kind: 'two-classes'; names: [string, string]; loss: number; share: number; pairs: number; wrong: number } // equal names: within a class
  | { kind: 'one-class'; name: string; loss: number; share: number }
  | { kind: 'images'; count: number; images: number; loss: number }
  | { kind: 'few-images'; interval: Interval; units: number; over: IntervalUnit }
  | { kind: 'spread'; classes: number };
