import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { AppError, asAppError } from '../../shared/errors.ts';
import { APPLICATION_ID, migrate, NEWEST_VERSION, versionOf } from './migrations/migrate.ts';

export type Db = Database.Database;

const BUSY_TIMEOUT_MS = 5000; // how long a statement waits for another process's transaction

/**
 * Opens the database for writing; creates or migrates it if needed. The caller must have the workspace's lock.
 * Throws AppError 'workspace', and leaves the file unchanged, if it is from a newer Twinlens, damaged or not a Twinlens
 * database.
 */
export function openForWriting(path: string): Db {
  // Inspect read-only first: opening for writing may change the file (recovery, checkpoint).
  if (existsSync(path)) readWith(path, (db) => usableVersion(db, path));
  return explainFailure(path, () => {
    const db = new Database(path, { timeout: BUSY_TIMEOUT_MS });
    return closeOnFailure(db, () => {
      db.pragma('journal_mode = WAL');
      db.pragma('synchronous = FULL');
      db.pragma('foreign_keys = ON');
      migrate(db);
      probeTables(db);
      return db;
    });
  });
}

/**
 * Opens the database read-only, even while another process writes. Without a file, opens an empty database in memory, so that
 * reading never creates files. An older database must be migrated first (see needsMigration).
 * Throws as openForWriting does.
 */
export function openForReading(path: string): Db {
  const isEmpty = isEmptyDatabase(path);
  return explainFailure(path, () => {
    const db = isEmpty ? new Database(':memory:') : openReadOnly(path);
    return closeOnFailure(db, () => {
      if (isEmpty) migrate(db);
      db.pragma('foreign_keys = ON');
      db.pragma('query_only = ON');
      probeTables(db);
      return db;
    });
  });
}

/**
 * Opens the database read-only. On a read-only disk SQLite can't create the shared memory of the write-ahead log, so the
 * database is read into memory; without the log, which an orderly end has emptied.
 */
function openReadOnly(path: string): Db {
  const db = new Database(path, { readonly: true, timeout: BUSY_TIMEOUT_MS });
  try {
    versionOf(db); // the first read
    return db;
  } catch (error) {
    db.close();
    if (!/^SQLITE_(CANTOPEN|READONLY)/.test((error as { code?: string }).code ?? '') || isWritable(dirname(path))) throw error;
    const bytes = readFileSync(path);
    bytes.set([1, 1], 18); // file format versions for reading and writing: 1 is a rollback journal, 2 a write-ahead log
    return new Database(bytes, { readonly: true });
  }
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Whether there is no database or one without tables. Throws as openForWriting does. */
export const isEmptyDatabase = (path: string): boolean => !existsSync(path) || readWith(path, (db) => usableVersion(db, path)) === 0;

/** Whether an older Twinlens wrote this database. */
export function needsMigration(path: string): boolean {
  if (!existsSync(path)) return false;
  const version = readWith(path, (db) => usableVersion(db, path));
  return version > 0 && version < NEWEST_VERSION;
}

/** The version of a usable database (0: empty file); throws AppError 'workspace' for any other file. */
function usableVersion(db: Db, path: string): number {
  const version = versionOf(db);
  const tables = db.prepare<[], number>('SELECT count(*) FROM sqlite_schema').pluck().get() ?? 0;
  if (version === 0 && tables === 0) return 0;
  if (db.pragma('application_id', { simple: true }) !== APPLICATION_ID) {
    throw new AppError('workspace', `${path} is not a Twinlens database. It was left untouched: use another workspace folder.`, {
      path,
      flags: ['--workspace FOLDER'],
    });
  }
  if (version > NEWEST_VERSION) {
    throw new AppError(
      'workspace',
      `The workspace was last used by a newer Twinlens (its database ${path} has version ${version}, this Twinlens knows up to ${NEWEST_VERSION}). It was left untouched: update Twinlens, or use another workspace folder.`,
      { path, version, known: NEWEST_VERSION, flags: ['--workspace FOLDER'] },
    );
  }
  return version;
}

/** Reads the whole database. Throws AppError 'workspace' if SQLite finds damage in it. */
export function checkIntegrity(path: string): void {
  readWith(path, (db) => {
    const found = db.pragma('integrity_check(1)', { simple: true });
    if (found !== 'ok') throw damagedError(path, { found });
  });
}

/** Reads one row of every table, so that a truncated file is found here and not during a training. */
function probeTables(db: Db): void {
  const tables = db.prepare<[], string>(`SELECT name FROM sqlite_schema WHERE type = 'table'`).pluck().all();
  for (const table of tables) db.prepare(`SELECT * FROM "${table}" LIMIT 1`).get();
}

function readWith<T>(path: string, read: (db: Db) => T): T {
  return explainFailure(path, () => {
    const db = openReadOnly(path);
    try {
      return read(db);
    } finally {
      db.close();
    }
  });
}

function closeOnFailure<T>(db: Db, use: () => T): T {
  try {
    return use();
  } catch (error) {
    db.close();
    throw error;
  }
}

function explainFailure<T>(path: string, open: () => T): T {
  try {
    return open();
  } catch (error) {
    throw asOpeningError(path, error);
  }
}

function asOpeningError(path: string, error: unknown): AppError {
  if (error instanceof AppError) return error;
  const { code = '', message } = error as Error & { code?: string };
  // The check computes indexes over JSON again, and fails where a record is no JSON any more.
  if (code.startsWith('SQLITE_NOTADB') || code.startsWith('SQLITE_CORRUPT') || message === 'malformed JSON') {
    return damagedError(path, { code }, error);
  }
  if (code.startsWith('SQLITE_CANTOPEN') || code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_IOERR')) {
    return new AppError(
      'workspace',
      `The database ${path} can't be opened. Check that you are permitted to read and write it and its folder.`,
      { path, code, flags: ['--workspace FOLDER'] },
      error,
    );
  }
  if (code.startsWith('SQLITE_BUSY')) {
    return new AppError('busy', `The database ${path} is in use by another program. Wait for it to end and try again.`, { path, code }, error);
  }
  return asAppError(error);
}

const damagedError = (path: string, details: Record<string, unknown>, cause?: unknown): AppError =>
  new AppError(
    'workspace',
    `The database ${path} is damaged. It was left untouched: restore a backup, or use another workspace folder.`,
    { path, ...details, flags: ['--workspace FOLDER'] },
    cause,
  );
