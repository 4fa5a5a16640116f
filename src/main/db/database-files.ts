import { statSync } from 'node:fs';
import { AppError } from '../../shared/errors.ts';
import type { Workspace } from '../foundation/workspace.ts';

/** The SHA-256 of the closed database; see closing-checksum.ts. */
export const checksumFile = (database: string): string => `${database}.sha256`;

/** SQLite's write-ahead log. */
export const logFile = (database: string): string => `${database}-wal`;

/**
 * Throws AppError 'workspace' if a folder has the name of the database or of a file that belongs to it. Twinlens did not make such a
 * folder, so it does not delete it.
 */
export function refuseFolders({ database, lock, lockHolder }: Workspace): void {
  const files = [database, checksumFile(database), logFile(database), `${database}-shm`, `${database}-journal`, lock, lockHolder];
  const folder = files.find((file) => statSync(file, { throwIfNoEntry: false })?.isDirectory());
  if (folder === undefined) return;
  throw new AppError('workspace', `${folder} is a folder, but Twinlens needs a file of that name. Move it away, or use another workspace folder.`, {
    path: folder,
    flags: ['--workspace FOLDER'],
  });
}
