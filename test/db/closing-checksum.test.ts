import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { openStore } from '../../src/main/db/store.ts';
import type { Workspace } from '../../src/main/foundation/workspace.ts';
import { freshWorkspace, storeAt } from './kit.ts';
import { someComparison, someConfig, someDataset } from './records.ts';

const TEXT = 'Things of the workshop.';

/** A closed workspace with one data set. */
function closedWorkspace(): Workspace {
  const workspace = freshWorkspace();
  const store = storeAt(workspace);
  store.datasets.insert(someDataset({ warnings: [TEXT] }));
  store.close();
  return workspace;
}

const checksumOf = ({ database }: Workspace): string => `${database}.sha256`;
const CHANGED = [expect.stringMatching(/changed by another program, or damaged, since Twinlens closed it/)];

/** Changes one letter of a stored sentence: SQLite can't notice. */
function damageText({ database }: Workspace): void {
  const bytes = readFileSync(database);
  const at = bytes.indexOf(TEXT);
  expect(at).toBeGreaterThan(0);
  bytes[at]! ^= 1;
  writeFileSync(database, bytes);
}

describe('the checksum of a closed database', () => {
  test('is that of the file, and does not exist while a process writes', () => {
    const workspace = closedWorkspace();
    const hash = createHash('sha256').update(readFileSync(workspace.database)).digest('hex');
    expect(readFileSync(checksumOf(workspace), 'utf8')).toBe(`${hash}  twinlens.sqlite\n`);
    const store = storeAt(workspace);
    expect(existsSync(checksumOf(workspace))).toBe(false);
    expect(store.warnings).toEqual([]);
    expect(storeAt(workspace, false).warnings).toEqual([]);
    store.close();
    store.close();
    expect(existsSync(checksumOf(workspace))).toBe(true);
    expect(storeAt(workspace, false).warnings).toEqual([]);
    expect(storeAt(workspace).warnings).toEqual([]);
  });

  test('warns readers and writers of a changed letter until a writer has closed the database', () => {
    const workspace = closedWorkspace();
    damageText(workspace);
    expect(storeAt(workspace, false).warnings).toEqual(CHANGED);
    const store = storeAt(workspace);
    expect(store.warnings).toEqual(CHANGED);
    expect(store.datasets.list()).toHaveLength(1);
    store.close();
    expect(storeAt(workspace).warnings).toEqual([]);
  });

  test('warns of rows that another program wrote, also to the write-ahead log', () => {
    const workspace = closedWorkspace();
    const other = new Database(workspace.database);
    other.exec(`UPDATE datasets SET name = 'renamed'`);
    expect(storeAt(workspace, false).warnings).toEqual(CHANGED);
    other.close();
    expect(storeAt(workspace).warnings).toEqual(CHANGED);
  });

  test('leads to a refusal if SQLite finds damage, and leaves the file unchanged', () => {
    const workspace = closedWorkspace();
    const bytes = readFileSync(workspace.database);
    const page = bytes.readUInt16BE(16);
    const leaf = Array.from({ length: bytes.length / page }, (_, i) => i * page).findLast((at) => [0x0a, 0x0d].includes(bytes[at]!))!;
    bytes.writeUInt16BE(9, leaf + 3); // its number of cells
    writeFileSync(workspace.database, bytes);
    for (const write of [false, true])
      expect(() => openStore(workspace, { write, command: 'test' })).toThrow(
        expect.objectContaining({ code: 'workspace', message: expect.stringContaining('is damaged. It was left untouched') as string }),
      );
    expect(readFileSync(workspace.database)).toEqual(bytes);
    expect(existsSync(checksumOf(workspace))).toBe(true);
  });

  test('leads to a refusal if a comparison’s record is no JSON any more, which the check of its index finds', () => {
    const workspace = freshWorkspace();
    const store = storeAt(workspace);
    store.datasets.insert(someDataset());
    store.runs.create({ dataset: 'things', snapshot: 'abc', config: someConfig, versions: {} });
    store.comparisons.insert(someComparison(store.comparisons.reserve(), 'r1'), { saved: true });
    store.close();
    const bytes = readFileSync(workspace.database);
    bytes[bytes.indexOf('"distance":') - 1] = 0x01; // the comma before it
    writeFileSync(workspace.database, bytes);
    for (const write of [false, true])
      expect(() => openStore(workspace, { write, command: 'test' })).toThrow(
        expect.objectContaining({ code: 'workspace', message: expect.stringContaining('is damaged. It was left untouched') as string }),
      );
  });

  test('does not find a damaged record of a data set, which then can’t be read', () => {
    const workspace = closedWorkspace();
    const bytes = readFileSync(workspace.database);
    bytes[bytes.indexOf(TEXT) - 1] = 0x01; // the quote before it
    writeFileSync(workspace.database, bytes);
    const store = storeAt(workspace, false);
    expect(store.warnings).toEqual(CHANGED);
    expect(() => store.datasets.list()).toThrow(
      expect.objectContaining({ code: 'workspace', message: expect.stringContaining('A record in the database is damaged') as string }),
    );
  });

  test('is not compared if it is damaged', () => {
    const workspace = closedWorkspace();
    damageText(workspace);
    writeFileSync(checksumOf(workspace), 'damaged');
    expect(storeAt(workspace, false).warnings).toEqual([]);
    expect(storeAt(workspace).warnings).toEqual([]);
  });
});
