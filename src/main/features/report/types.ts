import type { Comparison, Judgement } from '../../../shared/comparison.ts';
import type { DatasetSummary } from '../../../shared/dataset.ts';
import type { RunRecord } from '../../../shared/run.ts';

export const IMAGE_TYPES = ['image/jpeg', 'image/png', 'image/webp'] as const;
export type ImageFileType = (typeof IMAGE_TYPES)[number];

/** A picture as its file's bytes: the report carries it inside itself. */
export interface ImageFile {
  bytes: Buffer;
  mime: ImageFileType;
}

export interface ImageFiles {
  photo: ImageFile;
  factual: ImageFile;
  counterfactual: ImageFile;
}

export interface ReportComparison {
  comparison: Comparison;
  images: [ImageFiles, ImageFiles]; // of A and B
  judgement?: Judgement | null | undefined; // the person's, of the verdict
  note?: string | undefined; // plain text; an empty line starts a paragraph
}

/** A run, and the name that a person gave it. */
export interface ReportRun extends RunRecord {
  name?: string | undefined;
}

/** A data set as runs use it now, and how many images were edited since its import. */
export interface ReportDataset extends DatasetSummary {
  curation?: { excluded: number; relabelled: number } | undefined; // images
}

export type PaperSize = 'A4' | 'letter';

export interface ReportInput {
  paper?: PaperSize | undefined; // of a page that is printed here; else the reader's browser chooses
  title: string;
  introduction?: string; // plain text; an empty line starts a paragraph
  generatedMs: number;
  comparisons: ReportComparison[];
  runs: ReportRun[]; // those the comparisons were made with; one that is gone is reported as gone
  datasets: ReportDataset[]; // those the runs were trained on
  appVersion: string;
}
