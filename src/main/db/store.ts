import { asAppError } from '../../shared/errors.ts';
import type { Workspace } from '../workspace.ts';
import { type ComparisonStore, comparisonStore } from './comparisons.ts';
import { type DatasetStore, datasetStore } from './datasets.ts';
import { takeLock } from './lock.ts';
import { type Db, needsMigration, openForReading, openForWriting } from './open.ts';
import { type RunStore, runStore } from './runs.ts';

export interface Store {
  datasets: DatasetStore;
  runs: RunStore;
  comparisons: ComparisonStore;
  /** Runs that were found 'running' though their process was gone, and are 'interrupted' now. */
  interrupted: string[];
  /** Gives back the database and the lock. May be called twice. */
  close(): void;
}

export interface StoreOptions {
  /** Writing takes the workspace's lock; reading never waits for one and works beside a writer. */
  write: boolean;
  /** What this process does, for the person a second process turns away: `train flowers`. */
  command: string;
}

/**
 * Opens a workspace's database. Throws AppError 'busy' where another process writes, 'workspace' where the database is
 * damaged or from a newer Twinlens (it is left untouched then).
 */
export function openStore(workspace: Workspace, { write, command }: StoreOptions): Store {
  if (!write) {
    if (needsMigration(workspace.database)) withLock(workspace, command, () => openForWriting(workspace.database).close());
    return storeOn(openForReading(workspace.database), () => undefined);
  }
  const lock = takeLock(workspace, command);
  let db: Db | null = null;
  try {
    db = openForWriting(workspace.database);
    const store = storeOn(db, () => lock.release());
    return { ...store, interrupted: store.runs.markInterrupted() };
  } catch (error) {
    db?.close();
    lock.release();
    throw asAppError(error);
  }
}

function withLock(workspace: Workspace, command: string, work: () => void): void {
  const lock = takeLock(workspace, command);
  try {
    work();
  } finally {
    lock.release();
  }
}

function storeOn(db: Db, afterwards: () => void): Store {
  return {
    datasets: datasetStore(db),
    runs: runStore(db),
    comparisons: comparisonStore(db),
    interrupted: [],
    close: () => {
      db.close();
      afterwards();
    },
  };
}
