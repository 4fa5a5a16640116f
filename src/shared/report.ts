export const REPORT_FORMATS = ['html', 'pdf'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** The file of the last export of a report. */
export interface WrittenReport {
  path: string;
  atMs: number; // if older than the report's `updatedMs`, the file is out of date
  gone: boolean; // moved or deleted by another program
}

/** A report: ordered comparisons with a title and an introduction. Its files can be written again at any time. */
export interface ReportRecord {
  report: string; // id
  title: string; // '': the file is named after its comparisons
  introduction: string; // plain text; an empty line starts a paragraph
  comparisons: string[]; // ids, in order
  createdMs: number;
  updatedMs: number; // of the last change of title, introduction or comparisons
  html: WrittenReport | null;
  pdf: WrittenReport | null;
}

/** A part of a report as it would be exported now: the opening, one comparison, or the closing. */
export interface ReportPreview {
  html: string | null; // a complete page; null: no comparison is left
  part: number; // 0 the opening, then the comparisons, last the closing
  parts: number;
  missing: string[]; // comparisons that no longer exist
}
