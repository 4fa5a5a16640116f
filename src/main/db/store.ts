import { AppError, asAppError } from '../../shared/errors.ts';
import { sameFileCheck } from '../foundation/files.ts';
import type { Workspace } from '../foundation/workspace.ts';
import { type BundleStore, bundleStore } from './bundle/insert.ts';
import { type ComparisonStore, comparisonStore } from './comparisons.ts';
import { type DatasetStores, datasetStores } from './dataset-stores.ts';
import { changedSinceClosed, deleteClosingChecksum, writeClosingChecksum } from './closing-checksum.ts';
import { refuseFolders } from './database-files.ts';
import { refuseLostDatabase, skipExistingFolders } from './lost-database.ts';
import { datasetWriter } from './insert.ts';
import { takeLock } from './lock.ts';
import { type EncoderComparisonStore, encoderComparisonStore } from './encoder-comparisons.ts';
import { type ExperimentStore, experimentStore } from './experiments.ts';
import { type MapScaleStore, mapScaleStore } from './map-scales.ts';
import { checkIntegrity, type Db, needsMigration, openForReading, openForWriting } from './open.ts';
import { type PairDistanceStore, pairDistanceStore } from './pair-distances.ts';
import { type RandomisationStore, randomisationStore } from './randomisations.ts';
import { type ReportStore, reportStore } from './reports.ts';
import { type RunStore, runStore } from './runs.ts';
import { type ThresholdStore, thresholdStore } from './thresholds.ts';
import { type StructureStore, structureStore } from './structures.ts';
import { type WhatIfStore, whatIfStore } from './what-ifs.ts';

export interface Store extends DatasetStores {
  runs: RunStore;
  experiments: ExperimentStore;
  encoderComparisons: EncoderComparisonStore;
  comparisons: ComparisonStore;
  mapScales: MapScaleStore;
  whatIfs: WhatIfStore;
  randomisations: RandomisationStore;
  pairDistances: PairDistanceStore;
  thresholds: ThresholdStore;
  structures: StructureStore;
  reports: ReportStore;
  bundles: BundleStore;
  /** Ids of runs that a dead process left 'running'; opening for writing marked them 'interrupted'. */
  interrupted: string[];
  /** Sentences for the person about this database. */
  warnings: readonly string[];
  /** Throws AppError 'workspace' if another file or none is where the database was opened for writing. */
  assertInPlace(): void;
  /** Closes the database and releases the lock. May be called twice. */
  close(): void;
}

export interface StoreOptions {
  /** Writing takes the workspace's lock. Reading needs no lock, even while another process writes. */
  write: boolean;
  /** Description of this process, such as `train flowers`, for the error of a second process. */
  command: string;
}

/**
 * Opens a workspace's database. Throws AppError 'busy' if another process has the lock, 'workspace' if the database is
 * damaged, lost (see refuseLostDatabase), a folder or from a newer Twinlens (it is not changed).
 */
export function openStore(workspace: Workspace, { write, command }: StoreOptions): Store {
  refuseFolders(workspace);
  if (!write) {
    refuseLostDatabase(workspace);
    const warnings = changeWarnings(workspace);
    if (needsMigration(workspace.database)) openStore(workspace, { write: true, command }).close();
    const store = { ...storeOn(openForReading(workspace.database), () => undefined), warnings };
    if (store.runs.list().some(({ status }) => status === 'running')) markRunsOfDeadProcess(workspace, command);
    return store;
  }
  const lock = takeLock(workspace, command);
  let db: Db | null = null;
  try {
    refuseLostDatabase(workspace);
    const warnings = changeWarnings(workspace);
    deleteClosingChecksum(workspace.database);
    db = openForWriting(workspace.database);
    skipExistingFolders(db, workspace);
    const isSameFile = sameFileCheck(workspace.database);
    const store = storeOn(db, () => {
      if (isSameFile()) writeClosingChecksum(workspace.database);
      lock.release();
    });
    const interrupted = store.runs.markInterrupted();
    store.datasets.purge();
    const assertInPlace = (): void => {
      if (!isSameFile()) throw movedError(workspace);
    };
    return { ...store, interrupted, warnings, writable: true, assertInPlace };
  } catch (error) {
    db?.close();
    lock.release();
    throw asAppError(error);
  }
}

/** Throws AppError 'workspace' if the database was changed and SQLite finds damage in it. */
function changeWarnings({ database }: Workspace): string[] {
  if (!changedSinceClosed(database)) return [];
  checkIntegrity(database);
  return [
    `The database ${database} was changed by another program, or damaged, since Twinlens closed it. SQLite finds it readable, but values in it may be wrong. If you did not restore a backup or edit it, compare your results with a backup.`,
  ];
}

const movedError = ({ folder }: Workspace): AppError =>
  new AppError(
    'workspace',
    `The workspace ${folder} was moved, deleted or replaced while Twinlens was using it, so nothing more is stored. Move it back, or close Twinlens and open the workspace where it is now.`,
    { folder },
  );

/** Marks runs as interrupted unless a process has the lock, so that a list never shows a dead training as running. */
function markRunsOfDeadProcess(workspace: Workspace, command: string): void {
  try {
    openStore(workspace, { write: true, command }).close();
  } catch (error) {
    // 'busy': the training is still running. 'workspace': on a read-only disk the record can't be corrected.
    if (!(error instanceof AppError) || !['busy', 'workspace'].includes(error.code)) throw error;
  }
}

function storeOn(db: Db, onClose: () => void): Store {
  const [ofDatasets, runs, experiments, comparisons] = [datasetStores(db, false), runStore(db), experimentStore(db), comparisonStore(db)];
  const [encoderComparisons, reports] = [encoderComparisonStore(db), reportStore(db)];
  return {
    ...ofDatasets,
    ...{ runs, experiments, encoderComparisons, comparisons, reports },
    mapScales: mapScaleStore(db),
    whatIfs: whatIfStore(db),
    randomisations: randomisationStore(db),
    pairDistances: pairDistanceStore(db),
    thresholds: thresholdStore(db),
    structures: structureStore(db),
    bundles: bundleStore(db, datasetWriter(db).erase, ({ dataset, ...added }) => {
      ofDatasets.datasets.get(dataset);
      ofDatasets.curation.history(dataset);
      for (const number of added.runs.values()) {
        const { run, calibration } = runs.get(`r${number}`);
        if (calibration && ![calibration.threshold, calibration.slope].every(Number.isFinite))
          throw new AppError('bad-request', `The threshold of run ${run} is not a number.`, { run });
      }
      for (const number of added.comparisons.values()) comparisons.get(`c${number}`);
      experiments.list();
      encoderComparisons.list(dataset);
      reports.list();
    }),
    interrupted: [],
    warnings: [],
    assertInPlace: () => undefined,
    close: () => {
      if (!db.open) return;
      db.close();
      onClose();
    },
  };
}
