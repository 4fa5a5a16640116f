import { readdirSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { AppError } from '../../shared/errors.ts';
import { listText } from '../../shared/format.ts';
import type { Workspace } from '../foundation/workspace.ts';
import { checksumOfAnother, hasLog } from './closing-checksum.ts';
import { logFile } from './database-files.ts';
import { numberOf } from './ids.ts';
import { type Db, isEmptyDatabase } from './open.ts';

/** Tables whose rows have a folder, named by prefix and number, and the folder's path. */
const TABLES = [
  { table: 'runs', prefix: 'r', folderOf: ({ run }: Workspace) => dirname(run('r1')) },
  { table: 'comparisons', prefix: 'c', folderOf: ({ comparison }: Workspace) => dirname(comparison('c1')) },
  { table: 'reports', prefix: 'p', folderOf: ({ report }: Workspace) => dirname(report('p1')) },
] as const;

/**
 * Throws AppError 'workspace' if the database is missing or empty although its checksum, its write-ahead log or folders of runs,
 * comparisons or reports exist: a new one would begin at r1 and overwrite them. Deletes nothing; SQLite would delete the log of an
 * empty database on opening it.
 */
export function refuseLostDatabase(workspace: Workspace): void {
  const { database } = workspace;
  const bytes = statSync(database, { throwIfNoEntry: false })?.size ?? null;
  if (bytes !== null && bytes > 0 && !isEmptyDatabase(database)) return;
  const folders = TABLES.map(({ prefix, folderOf }) => ({ prefix, folder: folderOf(workspace) }))
    .filter(({ prefix, folder }) => numbersIn(folder, prefix).length > 0)
    .map(({ folder }) => folder);
  const log = hasLog(database) ? [logFile(database)] : [];
  const remnants = [...folders, ...checksumOfAnother(database), ...log];
  if (remnants.length === 0) return;
  const names = listText(remnants.map((path) => basename(path)));
  const sentences = [
    `The database ${database} is ${bytes === null ? 'missing' : 'empty'}, but ${names} beside it ${remnants.length === 1 ? 'shows' : 'show'} that there was one.`,
    `Nothing was deleted or overwritten: put the database back from a backup, use another workspace folder, or to begin anew, move ${names} away.`,
    ...log.map((path) => `${basename(path)} has changes of the lost database. It can’t be used with a backup: move it away first.`),
  ];
  throw new AppError('workspace', sentences.join(' '), { path: database, remnants, flags: ['--workspace FOLDER'] });
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
