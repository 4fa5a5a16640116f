import type { Comparison, Judgement } from '../../../shared/comparison.ts';
import type { DatasetSummary } from '../../../shared/dataset.ts';
import type { RunRecord } from '../../../shared/run.ts';

export const PICTURE_TYPES = ['image/jpeg', 'image/png', 'image/webp'] as const;
export type PictureType = (typeof PICTURE_TYPES)[number];

/** A picture as its file's bytes: the report carries it inside itself. */
export interface Picture {
  bytes: Buffer;
  mime: PictureType;
}

export interface ImagePictures {
  photo: Picture;
  factual: Picture;
  counterfactual: Picture;
}

export interface ReportComparison {
  comparison: Comparison;
  images: [ImagePictures, ImagePictures]; // of A and B
  judgement?: Judgement | null | undefined; // what the person said of the verdict
  note?: string | undefined; // plain text; an empty line starts a paragraph
}

/** A run, and the name that a person gave it. */
export interface ReportRun extends RunRecord {
  name?: string | undefined;
}

/** A data set as its runs see it now, and how far curation has taken it from its import. */
export interface ReportDataset extends DatasetSummary {
  curation?: { excluded: number; relabelled: number } | undefined; // images
}

export type PaperSize = 'A4' | 'letter';

export interface ReportInput {
  paper?: PaperSize | undefined; // of a page that is printed here; else whoever prints it chooses
  title: string;
  introduction?: string; // plain text; an empty line starts a paragraph
  generatedMs: number;
  comparisons: ReportComparison[];
  runs: ReportRun[]; // those the comparisons were made with; one that is gone is told in words
  datasets: ReportDataset[]; // those the runs were trained on
  appVersion: string;
}
