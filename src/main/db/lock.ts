import { readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { AppError, asAppError } from '../../shared/errors.ts';
import type { Workspace } from '../foundation/workspace.ts';

export interface LockHolder {
  pid: number;
  command: string;
  startedMs: number;
}

export interface Lock {
  release(): void;
}

/**
 * Locks the workspace for one writing process. The lock is an exclusive SQLite transaction on a separate file: the operating
 * system releases it when the process ends, even after a crash, so no stale lock remains. A JSON file beside it names the
 * holder. Throws AppError 'busy' immediately if another process has the lock.
 */
export function takeLock(workspace: Workspace, command: string, nowMs = Date.now()): Lock {
  let db: Database.Database | null = null;
  try {
    db = new Database(workspace.lock, { timeout: 0 });
    db.exec('BEGIN EXCLUSIVE');
    const holder: LockHolder = { pid: process.pid, command: command.replace(/[\s\p{C}]+/gu, ' ').slice(0, 80), startedMs: nowMs };
    writeFileSync(workspace.lockHolder, JSON.stringify(holder));
  } catch (error) {
    db?.close();
    throw asLockError(workspace, error, nowMs);
  }
  const connection = db;
  return {
    release: () => {
      if (!connection.open) return;
      rmSync(workspace.lockHolder, { force: true });
      connection.close(); // ends the transaction
    },
  };
}

const LOW_SPACE = 2 ** 16; // bytes; with less free space SQLite reports an input/output error

function freeBytes(folder: string): number {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return Infinity;
  }
}

function asLockError(workspace: Workspace, error: unknown, nowMs: number): AppError {
  const { code = '' } = error as { code?: string };
  if (code.startsWith('SQLITE_BUSY')) {
    const holder = readHolder(workspace);
    return new AppError(
      'busy',
      `${workspace.folder} is in use by another Twinlens process${holder ? ` (${describeHolder(holder, nowMs)})` : ''}. Wait for it to end or use another workspace folder.`,
      { folder: workspace.folder, holder, flags: ['--workspace FOLDER'] },
      error,
    );
  }
  if (code.startsWith('SQLITE_') && freeBytes(workspace.folder) < LOW_SPACE) return asAppError({ code: 'ENOSPC', path: workspace.folder });
  if (code.startsWith('SQLITE_')) {
    return new AppError(
      'workspace',
      `The workspace ${workspace.folder} can't be locked. Check that you are permitted to write there.`,
      { code },
      error,
    );
  }
  return asAppError(error);
}

/** Null if the JSON file is missing or unreadable. */
function readHolder(workspace: Workspace): LockHolder | null {
  try {
    const holder = JSON.parse(readFileSync(workspace.lockHolder, 'utf8')) as Partial<LockHolder>;
    const { pid, command, startedMs } = holder;
    return typeof pid === 'number' && typeof command === 'string' && typeof startedMs === 'number' ? { pid, command, startedMs } : null;
  } catch {
    return null;
  }
}

/** ``pid 41, `train flowers`, since 14:03``, in local time, with the date unless it is today. */
export function describeHolder({ pid, command, startedMs }: LockHolder, nowMs: number): string {
  const start = new Date(startedMs);
  const twoDigits = (n: number): string => String(n).padStart(2, '0');
  const clock = `${twoDigits(start.getHours())}:${twoDigits(start.getMinutes())}`;
  const day = `${start.getFullYear()}-${twoDigits(start.getMonth() + 1)}-${twoDigits(start.getDate())}`;
  const today = start.toDateString() === new Date(nowMs).toDateString();
  return `pid ${pid}, \`${command}\`, since ${today ? clock : `${day} ${clock}`}`;
}
