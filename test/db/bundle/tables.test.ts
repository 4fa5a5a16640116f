import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { BUNDLED_TABLES, NOT_BUNDLED, NUMBERED } from '../../../src/main/db/bundle/tables.ts';
import { migrate } from '../../../src/main/db/migrations/migrate.ts';

test('every table of a workspace is in a bundle, or left out with a reason', () => {
  const db = new Database(':memory:');
  migrate(db);
  const tables = db.prepare<[], string>(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`).pluck().all();
  const decided = [...Object.values(NUMBERED), ...BUNDLED_TABLES.map(({ name }) => name), ...Object.keys(NOT_BUNDLED)];
  expect(decided.toSorted()).toEqual(tables.toSorted());
  db.close();
});

test('every column that refers to a row with a number is renumbered', () => {
  const db = new Database(':memory:');
  migrate(db);
  for (const { name, numbers, where } of BUNDLED_TABLES) {
    const references = db.prepare<[string], { from: string; table: string }>('SELECT "from", "table" FROM pragma_foreign_key_list(?)').all(name);
    const columns = references
      .filter(({ table, from }) => Object.values<string>(NUMBERED).includes(table) || from === 'dataset')
      .map(({ from }) => from);
    expect(Object.keys(numbers), name).toEqual(expect.arrayContaining(columns));
    expect(where, name).not.toBe('');
  }
  db.close();
});
