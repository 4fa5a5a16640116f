import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { APPLICATION_ID, migrate, MIGRATIONS, NEWEST_VERSION, versionOf } from '../../src/main/db/migrations/migrate.ts';
import type { Migration } from '../../src/main/db/migrations/migration.ts';
import { openForReading, openForWriting } from '../../src/main/db/open.ts';
import { openStore } from '../../src/main/db/store.ts';
import { SECTION_NAMES } from '../../src/shared/report.ts';
import { freshWorkspace, storeAt } from './kit.ts';
import { someDataset } from './records.ts';
import { TABLES } from './table-names.ts';

const memory = (): Database.Database => {
  const db = new Database(':memory:');
  onTestFinished(() => void db.close());
  return db;
};
const schemaOf = (db: Database.Database): unknown[] => db.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY name').all();
const hashOf = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

/** Rows that versions 1 and later accept. */
const INSERT_DATASET = `
  INSERT INTO dataset_ids VALUES ('things');
  INSERT INTO datasets (id, name, root, images, classes, splits, pairs, split_seed, warnings, snapshot, created_ms)
  VALUES ('things', 'Things', '/things', 1, '{}', '{}', '{}', 0, '[]', 'abc', 7);`;

describe('migrations', () => {
  test('are numbered 1, 2, 3, …', () => expect(MIGRATIONS.map(({ version }) => version)).toEqual(MIGRATIONS.map((_, i) => i + 1)));

  test.each(MIGRATIONS.map(({ version }) => version))('version %i from its predecessor, and once only', (version) => {
    const db = memory();
    migrate(db, MIGRATIONS.slice(0, version - 1));
    expect(versionOf(db)).toBe(version - 1);
    migrate(db, MIGRATIONS.slice(0, version));
    expect(versionOf(db)).toBe(version);
    const schema = schemaOf(db);
    migrate(db, MIGRATIONS.slice(0, version));
    expect(schemaOf(db)).toEqual(schema);
  });

  test('version 4 indexes existing comparisons and marks them as saved', () => {
    const db = memory();
    migrate(db, MIGRATIONS.slice(0, 3));
    db.exec(`INSERT INTO comparisons (created_ms, record) VALUES (5, '{"images":[{"sha256":"a"},{"sha256":"b"}]}'), (6, NULL)`);
    migrate(db, MIGRATIONS.slice(0, 4));
    expect(db.prepare('SELECT number, saved, judgement, note, removed_ms FROM comparisons').all()).toEqual([
      { number: 1, saved: 1, judgement: null, note: '', removed_ms: null },
      { number: 2, saved: 1, judgement: null, note: '', removed_ms: null },
    ]);
    expect(() => db.exec(`UPDATE comparisons SET judgement = 'perhaps'`)).toThrow(/CHECK/);
    const plan = db
      .prepare(`EXPLAIN QUERY PLAN SELECT number FROM comparisons WHERE run = 1 AND json_extract(record, '$.images[0].sha256') = 'a'`)
      .all();
    expect(JSON.stringify(plan)).toContain('comparisons_by_pair');
  });

  test('version 11 keeps the scales of maps, as those of Grad-CAM', () => {
    const db = memory();
    migrate(db, MIGRATIONS.slice(0, 10));
    db.exec(`
      ${INSERT_DATASET}
      INSERT INTO runs (dataset, snapshot, config, status, metrics, warnings, seconds, versions, created_ms)
      VALUES ('things', 'abc', '{}', 'done', '[]', '[]', 1.5, '{}', 7);
      INSERT INTO map_scales VALUES (1, 'm', 'last', 0.25, 128)`);
    migrate(db, MIGRATIONS.slice(0, 11));
    const old = { run: 1, model_sha256: 'm', method: 'gradcam', layer: 'last', full_colour: 0.25, images: 128 };
    expect(db.prepare('SELECT * FROM map_scales').all()).toEqual([old]);
    db.exec(`INSERT INTO map_scales VALUES (1, 'm', 'path', 'last', 0.5, 128)`); // the same layer, another method
    expect(db.pragma('foreign_key_check')).toEqual([]);
  });

  test('version 12 stores a check with its comparison, which deletes it', () => {
    const db = memory();
    db.pragma('foreign_keys = ON');
    migrate(db, MIGRATIONS.slice(0, 11));
    db.exec(`INSERT INTO comparisons (created_ms, record) VALUES (7, '{}')`);
    migrate(db, MIGRATIONS.slice(0, 12));
    db.exec(`INSERT INTO map_checks VALUES (1, 1, '{}')`);
    expect(() => db.exec(`INSERT INTO map_checks VALUES (2, 1, '{}')`)).toThrow(/FOREIGN KEY/);
    db.exec('DELETE FROM comparisons');
    expect(db.prepare('SELECT * FROM map_checks').all()).toEqual([]);
  });

  test('version 13 stores what-if edits with their comparison, which deletes them', () => {
    const db = memory();
    db.pragma('foreign_keys = ON');
    migrate(db, MIGRATIONS.slice(0, 12));
    db.exec(`INSERT INTO comparisons (created_ms, record) VALUES (5, '{"images":[{"sha256":"a"},{"sha256":"b"}]}')`);
    migrate(db, MIGRATIONS.slice(0, 13));
    const insert = (comparison: number): string =>
      `INSERT INTO what_ifs (comparison, record, note, created_ms) VALUES (${comparison}, '{}', '', 1); INSERT INTO what_if_drafts VALUES (${comparison}, '[]')`;
    db.exec(insert(1));
    expect(() => db.exec(insert(2))).toThrow(/FOREIGN KEY/);
    db.exec('DELETE FROM comparisons');
    expect(db.prepare('SELECT comparison FROM what_ifs UNION SELECT comparison FROM what_if_drafts').all()).toEqual([]);
  });

  test('version 14: a flip test is deleted with its comparison, and comparisons of version 13 stay', () => {
    const db = memory();
    db.pragma('foreign_keys = ON');
    migrate(db, MIGRATIONS.slice(0, 13));
    db.exec(`INSERT INTO comparisons (created_ms, record) VALUES (7, '{}')`);
    migrate(db, MIGRATIONS.slice(0, 14));
    expect(db.prepare('SELECT created_ms FROM comparisons').pluck().all()).toEqual([7]);
    db.exec(`INSERT INTO flip_tests VALUES (1, 1, '{}')`);
    expect(() => db.exec(`INSERT INTO flip_tests VALUES (2, 1, '{}')`)).toThrow(/FOREIGN KEY/);
    db.exec('DELETE FROM comparisons');
    expect(db.prepare('SELECT * FROM flip_tests').all()).toEqual([]);
  });

  test('version 10 gives existing reports every section, because they had all content', () => {
    const db = memory();
    migrate(db, MIGRATIONS.slice(0, 9));
    db.exec(`INSERT INTO reports (title, introduction, comparisons, created_ms, updated_ms) VALUES ('Old', '', '["c1"]', 5, 6)`);
    migrate(db, MIGRATIONS.slice(0, 10));
    const [row] = db.prepare('SELECT title, author, logo, sections, updated_ms FROM reports').all() as { sections: string }[];
    expect(row).toMatchObject({ title: 'Old', author: '', logo: null, updated_ms: 6 });
    expect(JSON.parse(row!.sections)).toEqual(SECTION_NAMES.filter((name) => !['likelihood', 'matches', 'examples'].includes(name))); // of that version
  });

  test('version 30 keeps judgements and adds that a label is wrong', () => {
    const db = memory();
    migrate(db, MIGRATIONS.slice(0, 29));
    db.exec(`INSERT INTO comparisons (created_ms, judgement, note) VALUES (5, 'unsure', 'Petals.'), (6, NULL, '')`);
    migrate(db, MIGRATIONS.slice(0, 30));
    expect(db.prepare('SELECT judgement, note FROM comparisons').all()).toEqual([
      { judgement: 'unsure', note: 'Petals.' },
      { judgement: null, note: '' },
    ]);
    db.exec(`UPDATE comparisons SET judgement = 'wrong-label'`);
    expect(() => db.exec(`UPDATE comparisons SET judgement = 'perhaps'`)).toThrow(/CHECK/);
  });

  test('version 31 keeps labels that were said to be right, whichever features proposed another class', () => {
    const db = memory();
    migrate(db, MIGRATIONS.slice(0, 30));
    db.exec(`${INSERT_DATASET}
      INSERT INTO images VALUES (1, 4, 'a/1.png', 'a', 'ff', NULL, 8, 8, 'train', NULL, NULL);
      INSERT INTO confirmed_labels VALUES (1, 'k1', 4, 'a', 9), (1, 'k2', 4, 'a', 5);`);
    migrate(db);
    expect(db.prepare('SELECT * FROM confirmed_labels').all()).toEqual([{ dataset: 1, image: 4, class: 'a', created_ms: 5 }]);
  });

  test('version 24 leaves older runs without an experiment', () => {
    const db = memory();
    db.pragma('foreign_keys = ON');
    migrate(db, MIGRATIONS.slice(0, 23));
    const run = `INSERT INTO runs (dataset, snapshot, config, status, metrics, warnings, seconds, versions, created_ms`;
    db.exec(`${INSERT_DATASET} ${run}) VALUES ('things', 'abc', '{}', 'done', '[]', '[]', 1.5, '{}', 7)`);
    migrate(db, MIGRATIONS.slice(0, 24));
    expect(db.prepare('SELECT number, experiment FROM runs').all()).toEqual([{ number: 1, experiment: null }]);
    expect(() => db.exec(`${run}, experiment) VALUES ('things', 'abc', '{}', 'done', '[]', '[]', 1.5, '{}', 7, 1)`)).toThrow(/FOREIGN KEY/);
  });

  test('from empty: every table is STRICT, every time ends in _ms, and foreign keys hold', () => {
    const db = memory();
    migrate(db);
    expect(versionOf(db)).toBe(NEWEST_VERSION);
    expect(db.pragma('application_id', { simple: true })).toBe(APPLICATION_ID);
    const tables = (db.pragma('table_list') as { name: string; strict: number }[]).filter(({ name }) => !name.startsWith('sqlite_'));
    expect(tables.map(({ name }) => name).sort()).toEqual(TABLES);
    for (const { name, strict } of tables) {
      expect(strict, name).toBe(1);
      const columns = db.pragma(`table_info(${name})`) as { name: string }[];
      for (const column of columns) expect(column.name, name).not.toMatch(/time|date$|_at$|(created|finished|started)$/);
    }
    expect(db.pragma('foreign_key_check')).toEqual([]);
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
  });

  test('version 3 gives existing runs an empty name, no tags and no note; version 6 no sessions', () => {
    const db = memory();
    migrate(db, MIGRATIONS.slice(0, 2));
    db.exec(`
      ${INSERT_DATASET}
      INSERT INTO runs (dataset, snapshot, config, status, metrics, warnings, seconds, versions, created_ms)
      VALUES ('things', 'abc', '{}', 'done', '[]', '[]', 1.5, '{}', 7)`);
    migrate(db, MIGRATIONS.slice(0, 3));
    const unchanged = { number: 1, dataset: 'things', seconds: 1.5, created_ms: 7 };
    expect(db.prepare('SELECT * FROM runs').get()).toMatchObject({ ...unchanged, name: '', tags: '[]', note: '', removed_ms: null });
    migrate(db, MIGRATIONS.slice(0, 6));
    expect(db.prepare('SELECT * FROM runs').get()).toMatchObject({ ...unchanged, sessions: '[]' });
  });

  test('the contents of images of older imports are unknown', () => {
    const db = memory();
    migrate(db, MIGRATIONS.slice(0, 6));
    db.exec(`
      ${INSERT_DATASET}
      INSERT INTO images (dataset, id, file, class, sha256, width, height, split) VALUES (1, 0, 'a/0.png', 'a', 'bytes', 3, 2, 'train')`);
    migrate(db);
    expect(db.prepare('SELECT sha256, content FROM images').all()).toEqual([{ sha256: 'bytes', content: null }]);
  });

  test('version 16 keeps the pairs of older imports, and derived data is derived again', () => {
    const db = memory();
    migrate(db, MIGRATIONS.slice(0, 15));
    db.exec(`
      ${INSERT_DATASET}
      INSERT INTO images (dataset, id, file, class, sha256, width, height, split) VALUES (1, 0, 'a/0.png', 'a', 'x', 3, 2, 'valid'), (1, 1, 'a/1.png', 'a', 'y', 3, 2, 'valid');
      INSERT INTO pairs (dataset, split, position, a, b, label) VALUES (1, 'valid', 0, 0, 1, 0);
      INSERT INTO curated (dataset, summary, train, valid, test) VALUES (1, '{}', x'', x'', x'')`);
    migrate(db, MIGRATIONS.slice(0, 16));
    expect(db.prepare('SELECT a, b, label FROM pairs').all()).toEqual([{ a: 0, b: 1, label: 0 }]);
    expect(db.prepare('SELECT count(*) FROM curated').pluck().get()).toBe(0);
    expect(() => db.exec(`INSERT INTO pair_sets VALUES (1, 's', 'class', 2, 'other', 'h', x'')`)).toThrow(/CHECK/);
  });

  test('version 22 removes stored sentences that are now found from numbers', () => {
    const db = memory();
    migrate(db, MIGRATIONS.slice(0, 21));
    const kept = 'On validation pairs the distance does not separate same from different.';
    const warnings = [
      'The network gives nearly every pair the same distance (1 to 1.01).',
      'There are only 40 validation pairs, so the threshold may be inaccurate.',
      kept,
      'Only 0 of 20 different pairs come near the margin of 2.',
    ];
    db.exec(INSERT_DATASET);
    const insert = db.prepare(`INSERT INTO runs (dataset, snapshot, config, status, metrics, warnings, seconds, versions, created_ms)
      VALUES ('things', 'abc', '{}', 'done', '[]', ?, 1.5, '{}', 7)`);
    for (const stored of [warnings, warnings.slice(0, 1), []]) insert.run(JSON.stringify(stored));
    migrate(db);
    expect(db.prepare('SELECT warnings FROM runs ORDER BY number').pluck().all()).toEqual([JSON.stringify([kept]), '[]', '[]']);
  });

  const steps: Migration[] = [
    { version: 1, sql: 'CREATE TABLE a (x INTEGER) STRICT; INSERT INTO a VALUES (1);' },
    { version: 2, sql: 'ALTER TABLE a ADD COLUMN y INTEGER; UPDATE a SET y = x + 1;' },
    { version: 3, sql: 'CREATE TABLE b (x INTEGER) STRICT; INSERT INTO nowhere VALUES (1);' },
  ];

  test('a failing migration leaves the previous version complete', () => {
    const db = memory();
    expect(() => migrate(db, steps)).toThrow(/nowhere/);
    expect(versionOf(db)).toBe(2);
    expect(db.prepare('SELECT * FROM a').all()).toEqual([{ x: 1, y: 2 }]);
    expect(schemaOf(db)).toHaveLength(1);
    migrate(db, [...steps.slice(0, 2), { version: 3, sql: 'CREATE TABLE b (x INTEGER) STRICT;' }]);
    expect(versionOf(db)).toBe(3);
  });
});

describe('opening', () => {
  test('turns on WAL and foreign keys', () => {
    const { database } = freshWorkspace();
    const db = openForWriting(database);
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(db.pragma('foreign_keys', { simple: true })).toBe(1);
    db.close();
  });

  const newer = (path: string): void => {
    const db = openForWriting(path);
    db.exec('CREATE TABLE from_the_future (x INTEGER) STRICT');
    db.pragma(`user_version = ${NEWEST_VERSION + 3}`);
    db.close();
  };
  const foreign = (path: string): void => {
    const db = new Database(path);
    db.exec('CREATE TABLE music (title TEXT)');
    db.close();
  };
  const foreignWithVersion = (path: string): void => {
    const db = new Database(path);
    db.exec('CREATE TABLE music (title TEXT)');
    db.pragma('user_version = 1');
    db.close();
  };
  const truncated = (path: string): void => {
    openForWriting(path).close();
    truncateSync(path, 3 * 4096);
  };
  const garbled = (path: string): void => {
    openForWriting(path).close();
    const bytes = readFileSync(path);
    bytes.fill(0xa5, 4096);
    writeFileSync(path, bytes);
  };
  test.each<[string, (path: string) => void, RegExp]>([
    ['from a newer Twinlens', newer, /newer Twinlens .* update Twinlens/],
    ['of another program', foreign, /not a Twinlens database/],
    ['of another program with a version', foreignWithVersion, /not a Twinlens database/],
    ['without a database', (path) => writeFileSync(path, 'just some text, long enough to be read as the header of a database'.repeat(90)), /damaged/],
    ['that is truncated', truncated, /damaged/],
    ['with garbage after its header', garbled, /damaged/],
  ])('refuses a file %s and leaves it untouched', (_, make, words) => {
    const workspace = freshWorkspace();
    make(workspace.database);
    const before = hashOf(workspace.database);
    for (const write of [true, false]) {
      const opening = (): unknown => openStore(workspace, { write, command: 'test' });
      expect(opening).toThrow(words);
      expect(opening).toThrow(expect.objectContaining({ code: 'workspace', message: expect.stringContaining('left untouched') as string }) as Error);
    }
    expect(hashOf(workspace.database)).toBe(before);
    expect(existsSync(workspace.lockHolder)).toBe(false); // the lock was released
  });

  test('refuses a folder where the database should be', () => {
    const workspace = freshWorkspace();
    const opening = (): unknown => openStore({ ...workspace, database: workspace.folder }, { write: true, command: 'test' });
    expect(opening).toThrow(expect.objectContaining({ code: 'workspace' }) as Error);
  });

  test('reading an empty workspace creates nothing and finds nothing', () => {
    const workspace = freshWorkspace();
    const store = storeAt(workspace, false);
    expect([store.datasets.list(), store.runs.list(), store.comparisons.list()]).toEqual([[], [], []]);
    expect(() => store.datasets.insert(someDataset())).toThrow(/readonly/);
    expect(readdirSync(workspace.folder)).toEqual([]);
  });

  test('a reader sees an empty database as empty before its tables exist', () => {
    const workspace = freshWorkspace();
    writeFileSync(workspace.database, '');
    expect(storeAt(workspace, false).datasets.list()).toEqual([]);
  });

  test('a reader cannot write', () => {
    const workspace = freshWorkspace();
    openForWriting(workspace.database).close();
    const db = openForReading(workspace.database);
    expect(() => db.exec('DELETE FROM runs')).toThrow(/readonly/);
    db.close();
  });

  test('a reader during another transaction sees the state before it', () => {
    const workspace = freshWorkspace();
    const writer = storeAt(workspace);
    writer.datasets.insert(someDataset());
    const raw = new Database(workspace.database);
    raw.exec(`BEGIN EXCLUSIVE; UPDATE datasets SET name = 'changed';`);
    const reader = storeAt(workspace, false);
    expect(reader.datasets.list().map(({ name }) => name)).toEqual(['Things']);
    raw.exec('COMMIT');
    raw.close();
    expect(reader.datasets.list().map(({ name }) => name)).toEqual(['changed']);
  });
});
