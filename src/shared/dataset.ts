export const SPLITS = ['train', 'valid', 'test'] as const;
export type Split = (typeof SPLITS)[number];

/** In sentences. */
export const SPLIT_NAMES: Readonly<Record<Split, string>> = { train: 'training', valid: 'validation', test: 'test' };

/** The longest search for images, characters. */
export const MAX_SEARCH = 500;

/** A file below the root that was not imported, and the reason as text. */
export interface RejectedFile {
  file: string; // relative to the root, '/' between folders
  reason: string;
}

export interface DatasetSummary {
  dataset: string; // id: a slug of the name, unique in the workspace
  name: string;
  root: string; // absolute folder
  images: number;
  classes: Record<string, number>; // class name -> images
  splits: Record<Split, number>; // images per split
  pairs: Record<Split, number>; // stored pairs per split
  groups: number | null; // distinct subjects; null without --group-by
  groupName: string | null; // what a group is called, in the singular: "listing"; null: "group", or no groups
  sampleBits: number | null; // bits that the 16-bit images use, where the files do not say so; null: all
  rejected: RejectedFile[];
  warnings: string[]; // whole sentences
  snapshot: string; // of files, contents, classes and splits (snapshot.ts): what a run was trained on; '' in a list until it is computed
  createdMs: number;
}

export interface ImageRecord {
  id: number; // position in the sorted listing of its data set, 0-based
  file: string; // relative to the root, '/' between folders
  className: string;
  sha256: string; // of the file's bytes
  /** SHA-256 of the decoded pixels. `sha256` where they are unknown: imported by an older version, or too large to decode whole. */
  content: string;
  group: string | null; // subject, from --group-by
  width: number; // px, after EXIF rotation
  height: number;
  split: Split;
  facts?: string[]; // what a person must know of how the file is read, in sentences; missing where there is nothing
}

/** 0 = same class, 1 = different class (the positive class of every metric). */
export type PairLabel = 0 | 1;

export interface Pair {
  a: number; // ImageRecord.id
  b: number;
  label: PairLabel;
}

/**
 * Where the split comes from. folders: such as train and test, where all images are in them, else as new. The others come from the seed;
 * unseen-classes and unseen-groups keep whole classes or groups apart.
 */
export const SPLIT_SOURCES = ['folders', 'new', 'unseen-classes', 'unseen-groups'] as const;
export type SplitSource = (typeof SPLIT_SOURCES)[number];

/** What an import of a folder would find; no file is opened. */
export interface FolderPreview {
  root: string; // absolute
  classes: { className: string; files: number }[]; // folders with files that have an image's extension
  files: number;
  rejected: number;
  /** Files of each split, where folders such as train and test are above or below the classes. */
  split: { folders: string[]; files: Record<Split, number> } | null;
  groups: FolderGroups | null; // null without a pattern that fits
  notes: string[]; // what to know of this folder before an import, in sentences
  /** Another folder that may be meant, absolute: the classes of this one are in it, or this one is a class of it. */
  suggestion: string | null;
  splitProblem: string | null; // why the chosen split is not possible, in a sentence
  problem: string | null; // why this folder or pattern can't be imported, in a sentence
}

export interface FolderGroups {
  count: number; // subjects; a file without one counts as a separate subject
  unmatched: number; // files that the pattern doesn't fit
  examples: { subject: string; files: string[] }[]; // the largest, with the names of some of their files
}

/** The class of images that are not in class folders, until a person sorts them. */
export const UNSORTED = 'unsorted';

/** Sort keys of images. */
export const IMAGE_SORTS = ['file', 'class', 'split', 'pixels'] as const;
export type ImageSort = (typeof IMAGE_SORTS)[number];
