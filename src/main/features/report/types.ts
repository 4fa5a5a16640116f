import type { Comparison, Judgement } from '../../../shared/comparison.ts';
import type { DatasetSummary } from '../../../shared/dataset.ts';
import type { ExperimentRow } from '../../../shared/experiment.ts';
import type { PairExamples } from '../../../shared/examples.ts';
import type { FlipPicture } from '../../../shared/flip.ts';
import type { PairMatches } from '../../../shared/matches.ts';
import type { ReportSection } from '../../../shared/report.ts';
import type { StructureAnswer } from '../../../shared/structure.ts';
import type { Randomisation } from '../../../shared/randomisation.ts';
import type { EncoderRank, RunRecord } from '../../../shared/run.ts';
import type { RunDifference } from '../../../shared/run-comparison.ts';
import type { ThresholdEntry } from '../../../shared/thresholds.ts';
import type { WhatIf } from '../../../shared/what-if.ts';

export const IMAGE_TYPES = ['image/jpeg', 'image/png', 'image/webp'] as const;
export type ImageFileType = (typeof IMAGE_TYPES)[number];

/** An image file's content, which the report embeds. */
export interface ImageFile {
  bytes: Uint8Array;
  mime: ImageFileType;
}

export interface ImageFiles {
  photo: ImageFile;
  factual: ImageFile;
  counterfactual: ImageFile;
}

/** A comparison with what the user says about it. */
export interface ReportEntry {
  comparison: Comparison;
  judgement?: Judgement | null | undefined; // the user's, of the verdict
  note?: string | undefined; // plain text; an empty line starts a paragraph
}

/** A saved what-if edit with both photographs after it; null if their files are missing. */
export interface ReportWhatIf {
  whatIf: WhatIf;
  pictures: [ImageFile, ImageFile] | null;
}

/** The nearest labelled examples of a comparison, and the thumbnails of ImageExamples.nearest; null for an image that can't be read. */
export interface ReportExamples {
  found: PairExamples;
  thumbs: readonly [readonly (ImageFile | null)[], readonly (ImageFile | null)[]]; // of A and B
}

/** A picture of a flip test. */
export interface FlipImage extends Pick<FlipPicture, 'mode' | 'part' | 'letter' | 'share'> {
  image: ImageFile;
}

/** Which spots of a comparison match, and both photographs. */
export interface ReportMatches {
  found: PairMatches;
  photos: [ImageFile, ImageFile]; // of A and B
}

/** What chosen sections add to the appendix of a comparison. A text says why it is missing. */
export interface ReportExtras {
  matches?: ReportMatches | string;
  examples?: ReportExamples | string;
  flip?: FlipImage[] | string;
}

/** With the images that the report embeds. */
export interface ReportComparison extends ReportEntry {
  images: [ImageFiles, ImageFiles]; // of A and B
  edits?: number; // its saved what-if edits; default: none
}

/** The experiment of a run, with the figures of all its seeds. */
export type SeedsOfRun = Pick<ExperimentRow, 'experiment' | 'name' | 'spread' | 'states'>;

/** A run with the name that the user gave it. */
export interface ReportRun extends RunRecord {
  name?: string | undefined;
  /** Null or missing if it is not measured. */
  structure?: StructureAnswer | null | undefined;
  /** On the test pairs that it shares with the first run of the report; missing for that one. */
  beside?: RunDifference | undefined;
  /** Newest first, the one in force; missing for an unfinished run. */
  thresholds?: readonly ThresholdEntry[] | undefined;
  /** The experiment that it is one seed of, if it is. */
  seeds?: SeedsOfRun | null | undefined;
  /** Of its maps by the default method; null or missing if it is not measured. */
  randomisation?: Randomisation | null | undefined;
  /** Of its encoder among those compared before the run; null or missing if it was not compared. */
  encoderRank?: EncoderRank | null | undefined;
}

/** A data set as curated, and how many images were edited since its import. */
export interface ReportDataset extends DatasetSummary {
  curation?: { excluded: number; relabelled: number } | undefined; // images
}

export type PaperSize = 'A4' | 'letter';

export interface ReportInput {
  paper?: PaperSize | undefined; // of a page that Twinlens prints; default: the browser chooses
  title: string;
  introduction?: string | undefined; // plain text; an empty line starts a paragraph
  author?: string | undefined;
  logo?: Uint8Array | null | undefined; // PNG
  sections: readonly ReportSection[];
  generatedMs: number;
  comparisons: ReportEntry[];
  runs: ReportRun[]; // of the comparisons, as far as they exist
  datasets: ReportDataset[]; // of the runs, as far as they exist
  appVersion: string;
}
