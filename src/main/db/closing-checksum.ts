import { createHash } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, readSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { temporaryPath } from '../foundation/files.ts';

/**
 * The SHA-256 of a closed database, in the format of `sha256sum -c`. The file exists only while no process has the database open for
 * writing: it is deleted before the first change and written after the last. After a crash there is none, so nothing is checked.
 */
const checksumFile = (database: string): string => `${database}.sha256`;

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

/** In hex; null if the file is missing or damaged. */
function storedChecksum(database: string): string | null {
  try {
    return /^([0-9a-f]{64})\b/.exec(readFileSync(checksumFile(database), 'utf8'))?.[1] ?? null;
  } catch {
    return null;
  }
}

/** Bytes of the write-ahead log, whose content is not in the database file yet. */
const logSize = (database: string): number => statSync(`${database}-wal`, { throwIfNoEntry: false })?.size ?? 0;

const TRIES = 3;

/**
 * Whether the database was changed since a process closed it. False if there is no checksum: a process is writing, a process died, or an
 * older Twinlens closed the database.
 */
export function changedSinceClosed(database: string): boolean {
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    const stored = storedChecksum(database);
    if (stored === null || !existsSync(database)) return false;
    if (logSize(database) === 0 && sha256Of(database) === stored) return false;
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
    if (logSize(database) > 0) return; // a reader prevented SQLite's checkpoint: the file lacks the last changes
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
