import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openStore } from '../../src/main/db/store.ts';
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

describe('a lost database', () => {
  test.each([
    ['missing', ({ database }: Workspace) => rmSync(database)],
    ['empty', ({ database }: Workspace) => writeFileSync(database, '')],
  ])('that is %s beside folders of runs is refused', (_, lose) => {
    const workspace = usedWorkspace();
    lose(workspace);
    const before = readdirSync(workspace.folder).sort();
    for (const write of [true, false])
      expect(() => openStore(workspace, { write, command: 'test' })).toThrow(refusal(/folders runs are not.*put the database back from a backup/));
    expect(
      readdirSync(workspace.folder)
        .filter((name) => !name.startsWith('lock'))
        .sort(),
    ).toEqual(before.filter((name) => !name.startsWith('lock')));
    rmSync(join(workspace.folder, 'runs'), { recursive: true });
    expect(storeAt(workspace).runs.list()).toEqual([]);
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
