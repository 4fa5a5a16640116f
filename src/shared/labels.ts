import type { CuratedImage } from './curation.ts';
import type { EmbeddingSource } from './embedding-source.ts';

/** Classes as they were given, and images that don't fit theirs: types; words: label-words.ts. */

/** Raised when a check of the same images would find something else. */
export const LABEL_RECIPE = 1;

/** Longest list that a screen gets. */
export const MOST_LABEL_ROWS = 1000;

export interface LeftOutClass {
  className: string;
  images: number;
  units: number; // images that are no copies and in no common group; fewer than LabelFigures.folds
}

/** What the probes' out-of-fold predictions say of a data set's classes. */
export interface LabelFigures {
  classes: string[]; // of the included images
  folds: number;
  judged: number; // images whose label is judged
  leftOut: LeftOutClass[]; // classes that are not judged
  problem: string | null; // why no label is judged, in a sentence
  agreement: number | null; // share of judged images whose most probable class is the given one, 0..1; null: none judged
  calibrationError: number | null; // mean difference of the top probability and how often it is the given class, 0..1
  expected: number; // images expected to have a wrong label
  confused: { given: string; likely: string; images: number }[]; // expected, the most first
  medianDistance: number; // median over images of the mean distance to their nearest 10
}

/** Columns of the included images that have a row, by id. */
export interface LabelColumns {
  ids: Int32Array; // [n]
  given: Int32Array; // [n] positions in LabelFigures.classes
  suggested: Int32Array; // [n] likewise; -1: not judged
  ofGiven: Float32Array; // [n] out-of-fold probability of the given class; NaN: not judged
  ofSuggested: Float32Array; // [n]
  likely: Uint8Array; // [n] 1: likely wrong
  outlier: Float32Array; // [n] mean distance to the nearest 10 included images, in units of the median; NaN: alone
  fromClass: Float32Array; // [n] mean distance to the other images of its class; NaN: alone
}

/** A stored check of a data set's labels. */
export interface LabelCheck {
  dataset: string; // id
  source: EmbeddingSource;
  key: string; // EmbeddedSet.key
  snapshot: string; // DatasetSummary.snapshot that it is of
  recipe: number;
  checkedMs: number;
  seconds: number;
  figures: LabelFigures;
}

/** open: to be looked at. The others are done: by this list or elsewhere. */
export type LabelState = 'open' | 'right' | 'relabelled' | 'excluded';

/** An image in a list. */
export interface LabelRow {
  image: CuratedImage; // as it is now
  given: string; // class when it was checked
  suggested: string | null; // null: its label is not judged
  ofGiven: number; // out-of-fold probability, 0..1
  ofSuggested: number;
  score: number; // what the list is sorted by, see LabelLists
  state: LabelState;
}

/** Sorted lists of at most MOST_LABEL_ROWS images. */
export interface LabelLists {
  likely: LabelRow[]; // score: probability of the given class less that of the suggested one, smallest first
  outliers: LabelRow[]; // score: mean distance to the nearest 10 in units of the median, largest first
  untypical: LabelRow[]; // score: mean distance to the other images of its class, largest first; at most UNTYPICAL of each class
}

/** Least typical images of each class. */
export const UNTYPICAL = 12;

export interface LabelAnswer extends LabelCheck {
  stale: boolean; // classes, exclusions, features or the recipe have changed since
  likelyCount: number; // images with a likely wrong label, also those beyond the list
  rightCount: number; // of these, said to be right
  lists: LabelLists;
}
