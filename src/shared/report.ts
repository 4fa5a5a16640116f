import { bytesText } from './format.ts';

export const REPORT_FORMATS = ['html', 'pdf'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** Parts of a report beside the first page and the pages of the comparisons, in their order. All but the signature form the appendix. */
export const REPORT_SECTIONS = {
  signature: { label: 'Signature', help: 'Lines for name, date and signature on the first page.' },
  quality: {
    label: 'Quality of the network',
    help: 'Metrics on test, validation and training pairs, ROC curve and confusion matrices, neighbours and classes.',
  },
  training: { label: 'Training', help: 'Loss and AUC by epoch, all settings, weights and versions.' },
  dataset: { label: 'Data set', help: 'Classes, splits, edits and rejected files.' },
  method: { label: 'Method', help: 'How distance, threshold, similarity and maps are computed, with formulas.' },
  terms: { label: 'Terms', help: 'The terms of the report, explained.' },
  files: { label: 'Files', help: 'Names and SHA-256 checksums of all images and networks.' },
  likelihood: {
    label: 'Likelihood ratio',
    help: 'For expert reports: on the page of each comparison its likelihood ratio with interval, words and conditions, and the cost of such ratios on test pairs.',
  },
  matches: { label: 'Matching spots', help: 'For each comparison the ten strongest pairs of spots that match, as lines and as a table.' },
  examples: { label: 'Nearest examples', help: 'For each comparison the training and validation images that are most similar to A and to B.' },
  details: { label: 'Details of each comparison', help: 'Position among the validation pairs, similarity, layer, device and versions.' },
} as const satisfies Record<string, { label: string; help: string }>;
export type ReportSection = keyof typeof REPORT_SECTIONS;
export const SECTION_NAMES = Object.keys(REPORT_SECTIONS) as [ReportSection, ...ReportSection[]];

/** Of a new report: it stays short. */
export const DEFAULT_SECTIONS: readonly ReportSection[] = ['signature'];

/** The file of the last export of a report. */
export interface WrittenReport {
  path: string;
  atMs: number; // if older than the report's `updatedMs`, the file is out of date
  gone: boolean; // moved or deleted by another program
}

/** A report: ordered comparisons with texts and the chosen sections. Its files can be written again at any time. */
export interface ReportRecord {
  report: string; // id
  title: string; // '': the file is named after its comparisons
  introduction: string; // plain text; an empty line starts a paragraph
  author: string; // '': not named
  logo: string | null; // SHA-256 of a stored logo
  sections: ReportSection[]; // chosen ones, in the order of REPORT_SECTIONS
  comparisons: string[]; // ids, in order
  createdMs: number;
  updatedMs: number; // of the last change of the content
  html: WrittenReport | null;
  pdf: WrittenReport | null;
}

/** A part of a report as it would be exported now. */
export interface ReportPreview {
  html: string | null; // a complete page; null: no comparison is left
  part: number; // 0 the first page, then the comparisons, last the appendix if it is chosen
  parts: number;
  comparisons: number; // that still exist
  missing: string[]; // comparisons that no longer exist
}

/** A logo as it is stored and printed: a PNG without metadata. */
export interface ReportLogo {
  logo: string; // SHA-256 of the PNG
  image: string; // the PNG as a data: URL
}

/** Of an image file chosen as a logo. */
export const MAX_LOGO_BYTES = 5_000_000;

/** Why an image file of this size can't be a logo; null: it can. */
export const logoSizeProblem = (bytes: number): string | null =>
  bytes <= MAX_LOGO_BYTES ? null : `The logo has ${bytesText(bytes)}: choose a file of at most ${bytesText(MAX_LOGO_BYTES)}.`;
