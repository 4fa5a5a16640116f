import { readFileSync, rmSync, writeFileSync } from 'node:fs';
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
 * Takes the workspace for one writing process. The lock itself is an exclusive SQLite transaction on a file of its own:
 * the operating system ends it with the process, however that dies, so no stale lock remains. The JSON file beside it only
 * names the holder. Throws AppError 'busy' at once where another process does.
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
  const held = db;
  return {
    release: () => {
      if (!held.open) return;
      rmSync(workspace.lockHolder, { force: true });
      held.close(); // ends the transaction
    },
  };
}

function asLockError(workspace: Workspace, error: unknown, nowMs: number): AppError {
  const { code = '' } = error as { code?: string };
  if (code.startsWith('SQLITE_BUSY')) {
    const holder = readHolder(workspace);
    return new AppError(
      'busy',
      `${workspace.folder} is in use by another Twinlens process${holder ? ` (${describeHolder(holder, nowMs)})` : ''}. Wait for it to end or use another --workspace.`,
      { folder: workspace.folder, holder },
      error,
    );
  }
  if (code.startsWith('SQLITE_')) {
    return new AppError('workspace', `The workspace ${workspace.folder} can't be locked. Check that you may write there.`, { code }, error);
  }
  return asAppError(error);
}

/** Null while the holder has yet to write its note, or where the note is unreadable. */
function readHolder(workspace: Workspace): LockHolder | null {
  try {
    const note = JSON.parse(readFileSync(workspace.lockHolder, 'utf8')) as Partial<LockHolder>;
    const { pid, command, startedMs } = note;
    return typeof pid === 'number' && typeof command === 'string' && typeof startedMs === 'number' ? { pid, command, startedMs } : null;
  } catch {
    return null;
  }
}

/** ``pid 41, `train flowers`, since 14:03``, in local time, with the day where that isn't today. */
export function describeHolder({ pid, command, startedMs }: LockHolder, nowMs: number): string {
  const start = new Date(startedMs);
  const two = (n: number): string => String(n).padStart(2, '0');
  const clock = `${two(start.getHours())}:${two(start.getMinutes())}`;
  const day = `${start.getFullYear()}-${two(start.getMonth() + 1)}-${two(start.getDate())}`;
  const today = start.toDateString() === new Date(nowMs).toDateString();
  return `pid ${pid}, \`${command}\`, since ${today ? clock : `${day} ${clock}`}`;
}
