import Database from 'better-sqlite3';
import type { BundleInfo } from '../../../shared/bundle.ts';
import { migrate } from '../migrations/migrate.ts';
import type { Db } from '../open.ts';

/** 'TwLb' in the file's header: a bundle, so that it can't be taken for the database of a workspace. */
export const BUNDLE_ID = 0x54774c62;

/** The record of bundle_info. */
export interface StoredInfo extends Pick<BundleInfo, 'madeMs' | 'version' | 'hasImages'> {
  rows: string; // rowChecksum
}

/** Tables of a bundle beside those of a workspace. Their version is that of the workspace's tables. */
export const FILE_TABLES = `
  CREATE TABLE bundle_info (record TEXT NOT NULL) STRICT; -- JSON: StoredInfo
  CREATE TABLE bundle_files (
    number INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE, -- runs/12/best.safetensors
    bytes INTEGER NOT NULL,
    sha256 TEXT NOT NULL
  ) STRICT;
  CREATE TABLE bundle_chunks (
    file INTEGER NOT NULL REFERENCES bundle_files (number),
    position INTEGER NOT NULL, -- from 0
    data BLOB NOT NULL,
    PRIMARY KEY (file, position)
  ) STRICT;
`;

interface SchemaRow {
  type: string;
  name: string;
  sql: string | null;
}

const schemaOf = (db: Db): string => JSON.stringify(db.prepare<[], SchemaRow>('SELECT type, name, sql FROM sqlite_schema ORDER BY type, name').all());

/**
 * Whether a migrated bundle has exactly the tables and indexes of this version. A file from elsewhere could have views, triggers or columns
 * that compute something when its rows are read.
 */
export function hasOwnSchema(db: Db): boolean {
  const own = new Database(':memory:');
  try {
    migrate(own);
    own.exec(FILE_TABLES);
    return schemaOf(own) === schemaOf(db);
  } finally {
    own.close();
  }
}
