import type { ImageRecord, Split } from '../../shared/dataset.ts';
import { fromJson } from './json.ts';

/** A row of `images`, or of a query with the same column names. */
export interface ImageRow {
  id: number;
  file: string;
  class: string;
  sha256: string;
  content: string | null; // null: imported by an older version
  subject: string | null;
  width: number;
  height: number;
  split: Split;
  facts: string | null;
}

export const imageRecord = (row: ImageRow): ImageRecord => ({
  id: row.id,
  file: row.file,
  className: row.class,
  sha256: row.sha256,
  content: row.content ?? row.sha256,
  group: row.subject,
  width: row.width,
  height: row.height,
  split: row.split,
  ...(row.facts === null ? {} : { facts: fromJson<string[]>(row.facts) }),
});

/** Positions of a data set's current edits (done, not undone) in its history. Equal lists mean equal marks. */
export const CURRENT_EDITS = `
  SELECT coalesce(group_concat(position), '') FROM (SELECT position FROM curations WHERE dataset = ? AND state = 'done' ORDER BY position)`;
