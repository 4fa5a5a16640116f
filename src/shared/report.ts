export const REPORT_FORMATS = ['html', 'pdf'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** A file that a report was last written to. */
export interface WrittenReport {
  path: string;
  atMs: number; // when; before `updatedMs` of the report the file is out of date
  gone: boolean; // moved or deleted since by somebody else
}

/** A report that a person put together: comparisons in order, with her words. Its files are made from this at any time. */
export interface ReportRecord {
  report: string; // id
  title: string; // '' until she gives it one: its file then names what is compared
  introduction: string; // plain text; an empty line starts a paragraph
  comparisons: string[]; // ids, in order
  createdMs: number;
  updatedMs: number; // of the last change of title, introduction or comparisons
  html: WrittenReport | null;
  pdf: WrittenReport | null;
}

/** A report as it would be written now. */
export interface ReportPreview {
  html: string | null; // null: nothing is left to report
  missing: string[]; // comparisons of it that are no longer there
}
