import { createHash } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, readSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { temporaryPath } from '../foundation/files.ts';
import { checksumFile, logFile } from './database-files.ts';

/*
 * The checksum file has the SHA-256 of a closed database, in the format of `sha256sum -c`. It exists only while no process has the
 * database open for writing: it is deleted before the first change and written after the last. After a crash there is none, so nothing
 * is checked.
 */

const CHUNK = 2 ** 20; // bytes

function sha256Of(file: string): string {
  const hash = createHash('sha256');
  const chunk = Buffer.allocUnsafe(CHUNK);
  const handle = openSync(file, 'r');
  try {
    for (let read = readSync(handle, chunk); read > 0; read = readSync(handle, chunk)) hash.update(chunk.subarray(0, read));
  } finally {
    closeSync(handle);
  }
  return hash.digest('hex');
}

/** In hex; null if the file is missing, damaged or not a regular file: reading a pipe would wait for its writer. */
function storedChecksum(database: string): string | null {
  try {
    if (!statSync(checksumFile(database)).isFile()) return null;
    return /^([0-9a-f]{64})\b/.exec(readFileSync(checksumFile(database), 'utf8'))?.[1] ?? null;
  } catch {
    return null;
  }
}

/** Whether there is a log with changes that may not be in the database file yet. */
export const hasLog = (database: string): boolean => (statSync(logFile(database), { throwIfNoEntry: false })?.size ?? 0) > 0;

/** The path of the checksum file if its checksum is not that of the database file; else nothing. */
export function checksumOfAnother(database: string): string[] {
  const file = checksumFile(database);
  if (!existsSync(file)) return [];
  return existsSync(database) && sha256Of(database) === storedChecksum(database) ? [] : [file];
}

const TRIES = 3;

/**
 * Whether the database was changed since a process closed it. False if there is no checksum: a process is writing, a process died, or an
 * older Twinlens closed the database.
 */
export function changedSinceClosed(database: string): boolean {
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    const stored = storedChecksum(database);
    if (stored === null || !existsSync(database)) return false;
    if (!hasLog(database) && sha256Of(database) === stored) return false;
    if (storedChecksum(database) === stored) return true; // else another process has just opened or closed it: try again
  }
  return false;
}

/** For the process that has the lock, before it opens the database for writing. */
export function deleteClosingChecksum(database: string): void {
  if (!existsSync(checksumFile(database))) return;
  rmSync(checksumFile(database));
  flushFolder(dirname(database)); // if a power failure restored the checksum, the database would seem changed
}

/** For the process that has the lock, after it closed the database. Without the file, for example on a full disk, nothing is checked. */
export function writeClosingChecksum(database: string): void {
  const temporary = temporaryPath(checksumFile(database));
  try {
    if (hasLog(database)) return; // a reader prevented SQLite's checkpoint: the file lacks the last changes
    writeFileSync(temporary, `${sha256Of(database)}  ${basename(database)}\n`);
    renameSync(temporary, checksumFile(database));
  } catch {
    rmSync(temporary, { force: true });
  }
}

/** Does nothing on Windows, which can't flush folders. */
function flushFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } catch {
    // Some network file systems can't.
  } finally {
    closeSync(handle);
  }
}
