import Database from 'better-sqlite3';
import { createHash } from 'node:crypto';
import { copyFileSync, openSync, closeSync, readSync, rmSync, statSync } from 'node:fs';
import { sep } from 'node:path';
import type { BundleInfo } from '../../../shared/bundle.ts';
import { AppError } from '../../../shared/errors.ts';
import { temporaryPath } from '../../foundation/files.ts';
import { quote } from '../../foundation/words.ts';
import { migrate, NEWEST_VERSION, versionOf } from '../migrations/migrate.ts';
import type { Db } from '../open.ts';
import { rowChecksum } from './row-checksum.ts';
import { BUNDLE_ID, hasOwnSchema, type StoredInfo } from './schema.ts';
import { contentsOf } from './write.ts';

const HEADER = 'SQLite format 3\0';

/** A file of a bundle. */
export interface BundleFile {
  path: string; // with slashes, checked: it has no `..` and is not absolute
  bytes: number;
}

/** An opened bundle. Its file is never changed: one of an older version is copied and migrated. */
export class BundleReader {
  /** Path of the migrated database, to attach. */
  readonly database: string;
  readonly info: BundleInfo;
  private readonly db: Db;
  private readonly copy: string | null;
  private readonly file: string;
  private readonly rows: string | undefined; // their checksum

  /**
   * `scratch`: a path in a folder of the workspace, for the copy of an older bundle. Throws AppError 'not-found', or 'bad-request' for a file
   * that is no bundle, is damaged or is from a newer Twinlens.
   */
  constructor(file: string, scratch: string) {
    const bytes = assertBundle(file);
    this.file = file;
    this.copy = versionIn(file) < NEWEST_VERSION ? temporaryPath(scratch) : null;
    if (this.copy !== null) copyFileSync(file, this.copy);
    this.database = this.copy ?? file;
    try {
      if (this.copy !== null) migrateCopy(this.copy);
      this.db = new Database(this.database, { readonly: true });
      try {
        this.db.pragma('trusted_schema = OFF');
        if (!hasOwnSchema(this.db)) throw damaged(file);
        const stored = this.db.prepare<[], string>('SELECT record FROM bundle_info').pluck().get();
        if (stored === undefined || this.db.prepare('SELECT number FROM datasets').all().length !== 1) throw damaged(file);
        const { madeMs, version, hasImages, rows } = JSON.parse(stored) as Partial<StoredInfo>;
        this.rows = rows;
        this.info = { ...contentsOf(this.db), madeMs: Number(madeMs), version: String(version), hasImages: hasImages === true, bytes };
      } catch (error) {
        this.db.close();
        throw error;
      }
    } catch (error) {
      this.deleteCopy();
      throw error instanceof AppError ? error : damaged(file, error);
    }
  }

  /**
   * Throws AppError 'bad-request' if a row is not as it was saved, the path of an image leaves the data set's folder, or an image is missing that
   * the bundle says to have. `pause` as of rowChecksum.
   */
  async checkRows(pause: () => Promise<void>): Promise<void> {
    const db = new Database(this.file, { readonly: true }); // as it was saved, not migrated
    try {
      if (this.rows !== (await rowChecksum(db, pause))) throw damaged(this.file);
    } finally {
      db.close();
    }
    for (const path of this.db.prepare<[], string>('SELECT file FROM images').pluck().iterate()) assertInside(path);
    if (this.info.hasImages && this.files('images/').length !== this.info.images) throw damaged(this.file);
  }

  /** The files below a folder of the bundle, such as `runs/`. Throws AppError 'bad-request' for a path that would leave its folder. */
  files(prefix: string): BundleFile[] {
    const files = this.db
      .prepare<[string, string], BundleFile>('SELECT path, bytes FROM bundle_files WHERE substr(path, 1, length(?)) = ? ORDER BY number')
      .all(prefix, prefix);
    for (const { path } of files) assertInside(path);
    return files;
  }

  /** The content of a file. Throws AppError 'bad-request' after the last part if it does not have the stored SHA-256. */
  async *read(path: string): AsyncGenerator<Buffer, void, undefined> {
    const file = this.db.prepare<[string], { number: number; sha256: string }>('SELECT number, sha256 FROM bundle_files WHERE path = ?').get(path)!;
    const chunk = this.db.prepare<[number, number], Buffer>('SELECT data FROM bundle_chunks WHERE file = ? AND position = ?').pluck();
    const hash = createHash('sha256');
    for (let position = 0; ; position++) {
      const data = chunk.get(file.number, position);
      if (data === undefined) break;
      hash.update(data);
      yield data;
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (hash.digest('hex') !== file.sha256)
      throw new AppError('bad-request', `The bundle is damaged: ${quote(path)} has another content than when it was made. Copy the bundle again.`, {
        path,
      });
  }

  close(): void {
    this.db.close();
    this.deleteCopy();
  }

  private deleteCopy(): void {
    if (this.copy !== null) rmSync(this.copy, { force: true });
  }
}

/** Returns the size of the file. */
function assertBundle(file: string): number {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (!stats) throw new AppError('not-found', `There is no file ${quote(file)}.`, { file });
  if (!stats.isFile() || !beginsAsDatabase(file)) throw notABundle(file);
  const version = versionIn(file);
  if (version > NEWEST_VERSION)
    throw new AppError('bad-request', `${quote(file)} was made by a newer Twinlens. Update Twinlens on this computer, then open it again.`, {
      file,
      version,
      known: NEWEST_VERSION,
    });
  return stats.size;
}

function beginsAsDatabase(file: string): boolean {
  const handle = openSync(file, 'r');
  try {
    const start = Buffer.alloc(HEADER.length);
    readSync(handle, start, 0, start.length, 0);
    return start.toString('latin1') === HEADER;
  } finally {
    closeSync(handle);
  }
}

/** The version of a bundle's tables. Throws AppError 'bad-request' for any other database. */
function versionIn(file: string): number {
  try {
    const db = new Database(file, { readonly: true });
    try {
      if (db.pragma('application_id', { simple: true }) !== BUNDLE_ID) throw notABundle(file);
      return versionOf(db);
    } finally {
      db.close();
    }
  } catch (error) {
    throw error instanceof AppError ? error : damaged(file, error);
  }
}

function migrateCopy(file: string): void {
  const db = new Database(file);
  try {
    db.pragma('trusted_schema = OFF');
    migrate(db);
  } finally {
    db.close();
  }
}

/** Whether a path names a file below its folder. A file's name may have a backslash where that separates no folders. */
const isInside = (path: string): boolean =>
  path.split('/').every((part) => part !== '' && part !== '.' && part !== '..' && !part.includes('\0') && !part.includes(sep)) &&
  !/^[a-z]:/i.test(path);

function assertInside(path: string): void {
  if (!isInside(path)) throw new AppError('bad-request', `The bundle has a file with the path ${quote(path)}, which is not allowed.`, { path });
}

const notABundle = (file: string): AppError =>
  new AppError('bad-request', `${quote(file)} is not a project bundle. Choose a file that Twinlens saved as one.`, { file });

const damaged = (file: string, cause?: unknown): AppError =>
  new AppError(
    'bad-request',
    `The project bundle ${quote(file)} is damaged or was changed by another program. Copy it again from where it was made.`,
    { file },
    cause,
  );
