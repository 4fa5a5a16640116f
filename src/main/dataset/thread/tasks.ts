import type { DatasetCounts, FoundImages, ImageQuery } from '../../../shared/curation.ts';
import type { ImportAsk, Inspected } from '../import-session.ts';

/** What a thread of its own does for main on large data sets. The `import…` tasks are one import: a thread carries out one. */
export interface Tasks {
  find: { args: ImageQuery; result: FoundImages };
  counts: { args: { dataset: string }; result: DatasetCounts };
  redraw: { args: { dataset: string }; result: null };
  importBegin: { args: ImportAsk; result: number }; // files
  importPaths: { args: { from: number; to: number }; result: string[] };
  importTake: { args: { from: number; answers: readonly Inspected[] }; result: null };
  importKeep: { args: object; result: string }; // the data set's id
}

export interface ThreadData {
  database: string; // file
}
