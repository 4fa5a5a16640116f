import Database from 'better-sqlite3';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BundleReader } from '../../../src/main/db/bundle/read.ts';
import { BUNDLE_ID, FILE_TABLES } from '../../../src/main/db/bundle/schema.ts';
import { migrate, MIGRATIONS, versionOf } from '../../../src/main/db/migrations/migrate.ts';
import { scratch } from '../../doors/cli/kit.ts';

test('a bundle of an older version is migrated in a copy, which is deleted afterwards', () => {
  const folder = scratch('bundle');
  const file = join(folder, 'old.twinlens');
  const db = new Database(file);
  migrate(db, MIGRATIONS.slice(0, 18));
  db.exec(FILE_TABLES);
  db.exec(`INSERT INTO dataset_ids VALUES ('things');
    INSERT INTO datasets (id, name, root, images, classes, splits, pairs, split_seed, warnings, snapshot, created_ms)
    VALUES ('things', 'Things', '/things', 1, '{}', '{}', '{}', 0, '[]', 'abc', 7);
    INSERT INTO images VALUES (1, 0, 'a/1.png', 'a', 'ff', NULL, 8, 8, 'train', NULL, NULL);
    INSERT INTO bundle_info VALUES ('{"madeMs":5,"version":"0.1.0","hasImages":false}');`);
  db.pragma(`application_id = ${BUNDLE_ID}`);
  db.close();
  const reader = new BundleReader(file, join(folder, 'copy'));
  expect(reader.info).toMatchObject({ name: 'Things', images: 1, runs: 0, madeMs: 5, hasImages: false });
  const migrated = new Database(reader.database, { readonly: true });
  expect(versionOf(migrated)).toBe(MIGRATIONS.length);
  migrated.close();
  reader.close();
  expect(readdirSync(folder)).toEqual(['old.twinlens']);
  const untouched = new Database(file, { readonly: true });
  expect(versionOf(untouched)).toBe(18);
  untouched.close();
});
