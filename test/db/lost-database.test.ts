import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openStore } from '../../src/main/db/store.ts';
import type { AppError } from '../../src/shared/errors.ts';
import { openWorkspace, type Workspace } from '../../src/main/foundation/workspace.ts';
import { writeAt } from '../doors/cli/kit.ts';
import { freshWorkspace, storeAt } from './kit.ts';
import { someConfig, someDataset } from './records.ts';

const versions = { twinlens: '0.1.0' };
const newRun = { dataset: 'things', snapshot: 'abc', config: someConfig, versions };

/** A closed workspace with two runs, of which the network files stand for all. */
function usedWorkspace(): Workspace {
  const workspace = freshWorkspace();
  const store = storeAt(workspace);
  store.datasets.insert(someDataset());
  for (const { run } of [store.runs.create(newRun), store.runs.create(newRun)]) writeAt(join(workspace.run(run), 'best.safetensors'), run);
  store.close();
  return workspace;
}

const refusal = (message: RegExp): Error =>
  expect.objectContaining({ code: 'workspace', message: expect.stringMatching(message) as string }) as Error;

/** A closed workspace with a data set and nothing else. */
function workspaceWithoutRuns(): Workspace {
  const workspace = freshWorkspace();
  const store = storeAt(workspace);
  store.datasets.insert(someDataset());
  store.close();
  return workspace;
}

const filesOf = ({ folder }: Workspace): string[] =>
  readdirSync(folder)
    .filter((name) => !name.startsWith('lock'))
    .sort();

/** Expects that readers and writers refuse this workspace and change nothing in it. */
function expectRefused(workspace: Workspace, message: RegExp): void {
  const before = filesOf(workspace);
  for (const write of [true, false]) expect(() => openStore(workspace, { write, command: 'test' })).toThrow(refusal(message));
  expect(filesOf(workspace)).toEqual(before);
}

/** Moves away the files that the message names: "or to begin anew, move A and B away". */
function moveNamedAway(workspace: Workspace): string[] {
  const { message } = caught(() => openStore(workspace, { write: true, command: 'test' }));
  const names = /move (.+) away\.$/.exec(message)![1]!.split(/, | and /);
  for (const name of names) rmSync(join(workspace.folder, name), { recursive: true });
  return names;
}

function caught(action: () => unknown): AppError {
  try {
    action();
  } catch (error) {
    return error as AppError;
  }
  throw new Error('It was not refused.');
}

const WAYS = [
  ['missing', ({ database }: Workspace) => rmSync(database)],
  ['empty', ({ database }: Workspace) => writeFileSync(database, '')],
] as const;

describe('a lost database', () => {
  test.each(WAYS)('that is %s beside folders of runs is refused until all that the refusal names is moved away', (state, lose) => {
    const workspace = usedWorkspace();
    lose(workspace);
    expectRefused(workspace, new RegExp(`is ${state}, but runs and twinlens.sqlite.sha256 beside it show.*put the database back from a backup`));
    rmSync(join(workspace.folder, 'runs'), { recursive: true });
    expectRefused(workspace, /move twinlens.sqlite.sha256 away/);
    expect(moveNamedAway(workspace)).toEqual(['twinlens.sqlite.sha256']);
    expect(storeAt(workspace).runs.list()).toEqual([]);
  });

  test.each(WAYS)('that is %s beside its checksum is refused in a workspace without runs', (state, lose) => {
    const workspace = workspaceWithoutRuns();
    lose(workspace);
    expectRefused(workspace, new RegExp(`is ${state}, but twinlens.sqlite.sha256 beside it shows`));
    moveNamedAway(workspace);
    expect(storeAt(workspace).datasets.list()).toEqual([]);
  });

  test.each(WAYS)('that is %s beside its write-ahead log is refused, and the log is not deleted', (state, lose) => {
    const workspace = workspaceWithoutRuns();
    const killed = new Database(workspace.database); // leaves its log
    onTestFinished(() => void killed.close());
    killed.exec(`UPDATE datasets SET name = 'renamed'`);
    rmSync(`${workspace.database}.sha256`);
    lose(workspace);
    expectRefused(workspace, new RegExp(`is ${state}, but twinlens.sqlite-wal beside it shows.*It can’t be used with a backup`));
    expect(statSync(`${workspace.database}-wal`).size).toBeGreaterThan(0);
  });

  test('is any whose checksum is damaged, but none whose checksum is that of the empty file', () => {
    const workspace = workspaceWithoutRuns();
    writeFileSync(workspace.database, '');
    writeFileSync(`${workspace.database}.sha256`, 'damaged');
    expectRefused(workspace, /is empty, but twinlens.sqlite.sha256 beside it shows/);
    writeFileSync(`${workspace.database}.sha256`, `${createHash('sha256').digest('hex')}  twinlens.sqlite\n`);
    for (const write of [false, true]) expect(storeAt(workspace, write).datasets.list()).toEqual([]);
  });

  test.each(['.sha256', '-wal', '-shm', '-journal', ''])('in which a folder has the name twinlens.sqlite%s is refused by that name', (end) => {
    const workspace = workspaceWithoutRuns();
    const folder = `${workspace.database}${end}`;
    renameSync(workspace.database, `${workspace.database}.bak`);
    rmSync(`${workspace.database}.sha256`);
    mkdirSync(folder);
    expectRefused(workspace, new RegExp(`${folder} is a folder.*Move it away`));
    rmdirSync(folder);
    renameSync(`${workspace.database}.bak`, workspace.database);
    expect(storeAt(workspace).datasets.list()).toHaveLength(1);
  });

  test('beside other folders is a new workspace', () => {
    const workspace = freshWorkspace();
    for (const name of ['logs', 'samples', 'runs', 'cache']) mkdirSync(join(workspace.folder, name));
    expect(storeAt(workspace).runs.list()).toEqual([]);
  });

  test('restored from an older backup gives no id of an existing folder again', () => {
    const workspace = usedWorkspace();
    for (const folder of [workspace.run('r7'), workspace.comparison('c41'), workspace.report('p3'), workspace.run('r03x')])
      mkdirSync(folder, { recursive: true });
    const store = storeAt(workspace);
    expect(store.runs.create(newRun).run).toBe('r8');
    expect(store.comparisons.reserve()).toBe('c42');
    expect(store.reports.insert({ title: 'a', introduction: '', author: '', logo: null, sections: [], comparisons: [] }).report).toBe('p4');
    expect(store.runs.create(newRun).run).toBe('r9');
  });
});

describe('a workspace that is open', () => {
  test('and is moved, deleted or replaced is named until it is back', () => {
    const workspace = usedWorkspace();
    const store = storeAt(workspace);
    store.assertInPlace();
    const moved = `${workspace.folder} moved`;
    renameSync(workspace.folder, moved);
    expect(() => store.assertInPlace()).toThrow(refusal(/was moved, deleted or replaced while Twinlens was using it/));
    const other = openWorkspace(workspace.folder);
    storeAt(other).close();
    expect(() => store.assertInPlace()).toThrow(refusal(/was moved, deleted or replaced/));
    rmSync(workspace.folder, { recursive: true });
    expect(() => store.assertInPlace()).toThrow(refusal(/was moved, deleted or replaced/));
    renameSync(moved, workspace.folder);
    store.assertInPlace();
    expect(store.runs.list()).toHaveLength(2);
  });
});
