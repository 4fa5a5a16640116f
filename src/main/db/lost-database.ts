import { readdirSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { AppError } from '../../shared/errors.ts';
import { joinList } from '../foundation/words.ts';
import type { Workspace } from '../foundation/workspace.ts';
import { numberOf } from './ids.ts';
import { type Db, isEmptyDatabase } from './open.ts';

/** Tables whose rows have a folder, named by prefix and number, and the folder's path. */
const TABLES = [
  { table: 'runs', prefix: 'r', folderOf: ({ run }: Workspace) => dirname(run('r1')) },
  { table: 'comparisons', prefix: 'c', folderOf: ({ comparison }: Workspace) => dirname(comparison('c1')) },
  { table: 'reports', prefix: 'p', folderOf: ({ report }: Workspace) => dirname(report('p1')) },
] as const;

/**
 * Throws AppError 'workspace' if the database is missing or empty although folders of runs, comparisons or reports exist: a new one
 * would begin at r1 and overwrite them.
 */
export function refuseLostDatabase(workspace: Workspace): void {
  if (!isEmptyDatabase(workspace.database)) return;
  const folders = TABLES.filter(({ prefix, folderOf }) => numbersIn(folderOf(workspace), prefix).length > 0).map(({ folderOf }) =>
    folderOf(workspace),
  );
  if (folders.length === 0) return;
  throw new AppError(
    'workspace',
    `The database ${workspace.database} is missing or empty, but its folders ${joinList(folders.map((folder) => basename(folder)))} are not. They were left untouched: put the database back from a backup, use another workspace folder, or move these folders away to start over.`,
    { path: workspace.database, folders, flags: ['--workspace FOLDER'] },
  );
}

/** Lets new ids start after the existing folders: a database from a backup may be older than they are. */
export function skipExistingFolders(db: Db, workspace: Workspace): void {
  const current = db.prepare<[string], number>('SELECT seq FROM sqlite_sequence WHERE name = ?').pluck();
  const update = db.prepare<[number, string]>('UPDATE sqlite_sequence SET seq = ? WHERE name = ?');
  const insert = db.prepare<[number, string]>('INSERT INTO sqlite_sequence (seq, name) VALUES (?, ?)');
  for (const { table, prefix, folderOf } of TABLES) {
    const highest = numbersIn(folderOf(workspace), prefix).reduce((most, number) => Math.max(most, number), 0);
    const sequence = current.get(table);
    if (highest > (sequence ?? 0)) (sequence === undefined ? insert : update).run(highest, table);
  }
}

function numbersIn(folder: string, prefix: string): number[] {
  try {
    return readdirSync(folder).flatMap((name) => numberOf(prefix, name) ?? []);
  } catch {
    return []; // not created yet
  }
}
