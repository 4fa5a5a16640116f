import type { Comparison } from '../../shared/comparison.ts';
import type { DatasetSummary } from '../../shared/dataset.ts';
import type { RunRecord } from '../../shared/run.ts';

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
}

export interface ReportInput {
  title: string;
  introduction?: string; // plain text; an empty line starts a paragraph
  generatedMs: number;
  comparisons: ReportComparison[];
  runs: RunRecord[]; // those the comparisons were made with; one that is gone is told in words
  datasets: DatasetSummary[]; // those the runs were trained on
  appVersion: string;
}
