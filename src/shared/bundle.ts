import { countNoun } from './format.ts';

/** File name extension of a project bundle. */
export const BUNDLE_EXTENSION = 'twinlens';

/** What a project bundle has: the rows of one data set, with its runs, comparisons and reports. */
export interface BundleContents {
  dataset: string; // id in the workspace that made the bundle
  name: string;
  root: string; // folder of the images there
  images: number; // rows; excluded ones too
  runs: number;
  comparisons: number; // saved or judged ones
  reports: number;
  files: number;
}

export interface BundleInfo extends BundleContents {
  madeMs: number;
  version: string; // of the Twinlens that made it
  hasImages: boolean; // else the images must be in their folder on this computer, or be located later
  bytes: number; // of the file
}

/** What opening a bundle made. */
export interface OpenedBundle {
  dataset: string; // id in this workspace
  runs: number;
  comparisons: number;
  reports: number;
  hasImages: boolean;
}

/** What a bundle has, for a list. */
export const bundleLines = (b: BundleContents & Pick<BundleInfo, 'hasImages'>): string[] => [
  b.hasImages ? `${countNoun(b.images, 'image')}, in the bundle` : `${countNoun(b.images, 'image')}, not in the bundle: they are in ${b.root}`,
  `${countNoun(b.runs, 'run')} with networks`,
  countNoun(b.comparisons, 'saved comparison'),
  countNoun(b.reports, 'report'),
];
