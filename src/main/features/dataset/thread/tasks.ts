import type { CurationState, DatasetCounts, FoundImages, ImageQuery } from '../../../../shared/curation.ts';
import type { Change } from '../edit.ts';
import type { ImportRequest, Inspection } from '../import-session.ts';
import type { SplitRows, TrainingRows } from '../rows.ts';

/** What a thread of its own does for main on large data sets. The `import…` tasks are one import: a thread carries out one. */
export interface Tasks {
  find: { args: ImageQuery; result: FoundImages };
  counts: { args: { dataset: string }; result: DatasetCounts };
  meanPixels: { args: { dataset: string }; result: number };
  redraw: { args: { dataset: string }; result: null };
  training: { args: { dataset: string }; result: TrainingRows };
  split: { args: { dataset: string; split: 'test' | 'valid' }; result: SplitRows };
  edit: { args: { dataset: string; change: Change }; result: CurationState };
  csv: { args: { dataset: string; file: string }; result: null };
  copy: { args: { dataset: string; out: string }; result: null; progress: { done: number; total: number } };
  importBegin: { args: ImportRequest; result: number }; // files
  importNext: { args: { answers: readonly Inspection[] }; result: string[] }; // of the batch before; absolute paths of the next
  importKeep: { args: object; result: string }; // the data set's id
}

export interface ThreadData {
  database: string; // file
}
