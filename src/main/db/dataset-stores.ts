import { existsSync } from 'node:fs';
import { AppError } from '../../shared/errors.ts';
import { type BrowseStore, browseStore } from './browse.ts';
import { type CurationStore, curationStore } from './curation.ts';
import { type DatasetStore, datasetStore } from './datasets.ts';
import { type FolderSearchStore, folderSearchStore } from './folder-searches.ts';
import { type ImageJudgementStore, imageJudgementStore } from './image-judgements.ts';
import { type LabelCheckStore, labelCheckStore } from './label-checks.ts';
import { type Db, openForWriting } from './open.ts';
import { type PairSetStore, pairSetStore } from './pair-sets.ts';
import { type QualityStore, qualityStore } from './quality.ts';
import { type RejectedDuplicatesStore, rejectedDuplicatesStore } from './rejected-duplicates.ts';

/** The stores of data sets, without those of runs: so that a data set thread loads neither the schemas of runs nor zod. */
export interface DatasetStores {
  /** As imported. Services use curated data sets, see features/dataset/curated.ts. */
  datasets: DatasetStore;
  curation: CurationStore;
  browse: BrowseStore;
  pairSets: PairSetStore;
  imageJudgements: ImageJudgementStore;
  folderSearches: FolderSearchStore;
  quality: QualityStore;
  labelChecks: LabelCheckStore;
  rejectedDuplicates: RejectedDuplicatesStore;
  /** Whether this process has the workspace open for writing. */
  writable: boolean;
}

export function datasetStores(db: Db, writable: boolean): DatasetStores {
  const { datasets, rowOf } = datasetStore(db);
  return {
    datasets,
    curation: curationStore(db, rowOf),
    browse: browseStore(db, rowOf),
    pairSets: pairSetStore(db, rowOf),
    imageJudgements: imageJudgementStore(db, rowOf),
    folderSearches: folderSearchStore(db, rowOf),
    quality: qualityStore(db, rowOf),
    labelChecks: labelCheckStore(db, rowOf),
    rejectedDuplicates: rejectedDuplicatesStore(db, rowOf),
    writable,
  };
}

/** A connection for another thread of the process that has the workspace's lock. It neither migrates nor cleans up. */
export function openSecondConnection(database: string): DatasetStores & { close(): void } {
  if (!existsSync(database))
    throw new AppError('workspace', `The database ${database} was moved or deleted while Twinlens was using it.`, { database });
  const db = openForWriting(database);
  return { ...datasetStores(db, true), close: () => void db.close() };
}
