import type Database from 'better-sqlite3';
import type { Migration } from './migration.ts';
import { VERSIONS_1_TO_8 } from './versions-1-to-8.ts';
import { VERSIONS_26_ON } from './versions-26-on.ts';
import { VERSIONS_9_TO_25 } from './versions-9-to-25.ts';

export const APPLICATION_ID = 0x54774c6e; // 'TwLn', in the file's header: identifies a Twinlens database

export const MIGRATIONS: readonly Migration[] = [...VERSIONS_1_TO_8, ...VERSIONS_9_TO_25, ...VERSIONS_26_ON];

export const NEWEST_VERSION = MIGRATIONS.at(-1)!.version;

export const versionOf = (db: Database.Database): number => db.pragma('user_version', { simple: true }) as number;

/**
 * Brings a database up to the last of `migrations`, each step in one transaction with its version
 * number, so that a crash leaves a complete database of some version. Two processes may call this at once.
 */
export function migrate(db: Database.Database, migrations: readonly Migration[] = MIGRATIONS): void {
  for (const { version, sql } of migrations) {
    db.transaction(() => {
      if (versionOf(db) >= version) return; // another process ran this migration in the meantime
      db.pragma(`application_id = ${APPLICATION_ID}`);
      db.exec(sql);
      db.pragma(`user_version = ${version}`);
    }).immediate();
  }
}
