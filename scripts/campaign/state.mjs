import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';

/** Checks of a workspace on disk. */

/**
 * What is wrong with the database: SQLite's own checks, on a copy with its write-ahead log, as the next start would find it.
 * @param {string} workspace @param {string} scratch a folder for the copy
 * @returns {string | null}
 */
export function databaseFault(workspace, scratch) {
  const file = path.join(workspace, 'twinlens.sqlite');
  if (!existsSync(file)) return null; // killed before the first write
  const folder = mkdtempSync(path.join(scratch, 'database '));
  try {
    for (const end of ['', '-wal']) if (existsSync(file + end)) cpSync(file + end, path.join(folder, `copy.sqlite${end}`));
    const database = new Database(path.join(folder, 'copy.sqlite'));
    try {
      const integrity = database.pragma('integrity_check', { simple: true });
      if (integrity !== 'ok') return `integrity_check: ${String(integrity)}`;
      const foreign = /** @type {unknown[]} */ (database.pragma('foreign_key_check'));
      return foreign.length ? `foreign_key_check: ${JSON.stringify(foreign[0])}` : null;
    } finally {
      database.close();
    }
  } catch (error) {
    return `the database can't be opened: ${error instanceof Error ? error.message : String(error)}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const TEMPORARY = /\.tmp$|\.part$|^\.probe-|^twinlens-/;

/** Temporary files in folders, by the names that the program gives them. @param {readonly string[]} folders @returns {string[]} */
export function temporaryFiles(folders) {
  return folders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((file) => TEMPORARY.test(path.basename(file)))
        .map((file) => path.join(folder, file)),
    );
}

/** Files that a list of comparisons names and that do not exist. @param {any[]} comparisons @returns {string[]} */
export const missingFiles = (comparisons) =>
  comparisons
    .flatMap((c) => c.images.flatMap((/** @type {any} */ i) => [i.photo, i.signed]))
    .filter((/** @type {string} */ file) => !existsSync(file));

/**
 * Hashes of the files below folders. Links are not followed.
 * @param {readonly string[]} folders @returns {Map<string, string>}
 */
export function fingerprint(folders) {
  /** @type {Map<string, string>} */
  const found = new Map();
  for (const folder of folders)
    for (const entry of existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : []) {
      const file = path.join(folder, entry.name);
      found.set(file, entry.isFile() ? createHash('sha256').update(readFileSync(file)).digest('hex') : entry.isDirectory() ? 'folder' : 'link');
      if (entry.isDirectory()) for (const [inside, hash] of fingerprint([file])) found.set(inside, hash);
    }
  return found;
}
