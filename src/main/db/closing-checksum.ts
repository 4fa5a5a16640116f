import { createHash } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, readSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { temporaryPath } from '../foundation/files.ts';

/**
 * The checksum of a closed database, in the file `<database>.sha256` (`sha256sum -c` reads it, too). It exists only while no process
 * writes the database: deleted before the first change, written after the last. After a crash there is none, so nothing is checked.
 */
const checksumFile = (database: string): string => `${database}.sha256`;

const PIECE = 2 ** 20; // bytes

function sha256Of(file: string): string {
  const hash = createHash('sha256');
  const piece = Buffer.allocUnsafe(PIECE);
  const handle = openSync(file, 'r');
  try {
    for (let read = readSync(handle, piece); read > 0; read = readSync(handle, piece)) hash.update(piece.subarray(0, read));
  } finally {
    closeSync(handle);
  }
  return hash.digest('hex');
}

/** Hex; null if there is none or the file is damaged. */
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
 * Whether the database differs from what the process that closed it last had written. False if that is not known: a process writes the
 * database, a process died, or an older Twinlens closed it.
 */
export function changedSinceClosed(database: string): boolean {
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    const stored = storedChecksum(database);
    if (stored === null || !existsSync(database)) return false;
    if (logSize(database) === 0 && sha256Of(database) === stored) return false;
    if (storedChecksum(database) === stored) return true; // else another process opened or closed it meanwhile
  }
  return false;
}

/** For the process that has the lock, before it opens the database for writing. */
export function deleteClosingChecksum(database: string): void {
  if (!existsSync(checksumFile(database))) return;
  rmSync(checksumFile(database));
  flushFolder(dirname(database)); // a checksum that comes back after a power failure would call the database changed
}

/** For the process that has the lock, after it closed the database. Without the file, on a full disk for example, nothing is checked. */
export function writeClosingChecksum(database: string): void {
  const temporary = temporaryPath(checksumFile(database));
  try {
    if (logSize(database) > 0) return; // a process that reads prevented the last checkpoint
    writeFileSync(temporary, `${sha256Of(database)}  ${basename(database)}\n`);
    renameSync(temporary, checksumFile(database));
  } catch {
    rmSync(temporary, { force: true });
  }
}

/** Windows can't flush folders. */
function flushFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } catch {
    // Some network disks can't either.
  } finally {
    closeSync(handle);
  }
}
