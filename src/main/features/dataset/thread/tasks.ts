import type { PairListSummary } from '../../../../shared/pair-list.ts';
import type { CurationState, DatasetCounts, FoundImages, ImageQuery } from '../../../../shared/curation.ts';
import type { PairRelation } from '../../../../shared/pair-relation.ts';
import type { Change } from '../edit.ts';
import type { ImportRequest, Inspection } from '../folder-import.ts';
import type { AllRows, PairCounts, SplitRows, StructureRows, TrainingRows } from '../rows.ts';

/** Tasks of a worker thread on large data sets. The `import…` tasks are the steps of one import; a thread runs at most one. */
export interface Tasks {
  find: { args: ImageQuery; result: FoundImages };
  counts: { args: { dataset: string }; result: DatasetCounts };
  copies: { args: { dataset: string }; result: number[] };
  imagesOfWarnings: { args: { dataset: string }; result: { text: string; ids: number[] }[] };
  meanPixels: { args: { dataset: string }; result: number };
  updateDerived: { args: { dataset: string }; result: null };
  trainingRows: { args: { dataset: string; relation: PairRelation; pairRecipe: number }; result: TrainingRows };
  splitRows: { args: { dataset: string; split: 'test' | 'valid'; relation: PairRelation }; result: SplitRows };
  structureRows: { args: { dataset: string; relation: PairRelation }; result: StructureRows };
  pairCounts: { args: { dataset: string; relation: PairRelation }; result: PairCounts };
  allRows: { args: { dataset: string }; result: AllRows };
  addPairList: { args: { dataset: string; file: string }; result: PairListSummary };
  edit: { args: { dataset: string; change: Change }; result: CurationState };
  csv: { args: { dataset: string; file: string }; result: null };
  copy: { args: { dataset: string; out: string }; result: null; progress: { done: number; total: number } };
  importBegin: { args: ImportRequest; result: number }; // number of files
  importNext: { args: { inspections: readonly Inspection[] }; result: string[] }; // of the previous batch; absolute paths of the next
  importStore: { args: object; result: string }; // the data set's id
}

export interface ThreadData {
  database: string; // file path
}
