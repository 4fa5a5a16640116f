/** A report that a person put together: comparisons in order, with her words. Its files are made from this at any time. */
export interface ReportRecord {
  report: string; // id
  title: string;
  introduction: string;
  comparisons: string[]; // ids, in order
  createdMs: number;
  updatedMs: number;
  html: string | null; // path, where it was last written
  pdf: string | null;
}
