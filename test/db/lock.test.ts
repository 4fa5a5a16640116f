import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, onTestFinished, test } from 'vitest';
import { describeHolder, takeLock } from '../../src/main/db/lock.ts';
import { openStore } from '../../src/main/db/store.ts';
import type { Workspace } from '../../src/main/foundation/workspace.ts';
import { freshWorkspace, storeAt } from './kit.ts';

interface Report {
  pid?: number;
  datasets?: number;
  error?: { code: string; message: string };
}

/** Starts another process on the workspace; returns its first line too. */
async function startProcess(workspace: Workspace, mode: 'write' | 'read', command: string): Promise<{ child: ChildProcess; report: Report }> {
  const child = spawn(process.execPath, [resolve('test/db/lock-holder.ts'), workspace.folder, mode, command], { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return { child, report: JSON.parse(line) as Report };
}

const waitForExit = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
};

const openToWrite = (workspace: Workspace): unknown => openStore(workspace, { write: true, command: 'import' });

describe('the workspace lock', () => {
  test('a second process is refused with the first one’s name, and can still read', async () => {
    const workspace = freshWorkspace();
    const { child, report } = await startProcess(workspace, 'write', 'train flowers');
    expect(report.datasets).toBe(1);
    const busy = expect.objectContaining({
      code: 'busy',
      message: expect.stringMatching(
        new RegExp(
          `is in use by another Twinlens process \\(pid ${report.pid}, \`train flowers\`, since \\d\\d:\\d\\d\\)\\. Wait for it to end or use another workspace folder\\.$`,
        ),
      ) as string,
    }) as Error;
    expect(() => openToWrite(workspace)).toThrow(busy);
    const reader = storeAt(workspace, false);
    expect(reader.datasets.list()).toHaveLength(1);
    expect(reader.runs.get('r1').status).toBe('running');
    child.stdin!.end();
    await waitForExit(child);
    expect(storeAt(workspace).datasets.list()).toHaveLength(1);
  });

  test('this process excludes another writer, which may read', async () => {
    const workspace = freshWorkspace();
    const store = storeAt(workspace);
    const second = await startProcess(workspace, 'write', 'import');
    expect(second.report.error?.code).toBe('busy');
    expect(second.report.error?.message).toContain(`pid ${process.pid}, \`test writer\``);
    expect((await startProcess(workspace, 'read', 'datasets')).report.datasets).toBe(0);
    store.close();
    expect((await startProcess(workspace, 'write', 'import')).report.datasets).toBe(1);
  });

  test('a killed process leaves no lock, and its run is interrupted', async () => {
    const workspace = freshWorkspace();
    const { child } = await startProcess(workspace, 'write', 'train flowers');
    expect(() => openToWrite(workspace)).toThrow(/in use/);
    child.kill('SIGKILL');
    await waitForExit(child);
    expect(existsSync(workspace.lockHolder)).toBe(true); // the note outlives its writer, the lock does not
    const store = storeAt(workspace);
    expect(store.interrupted).toEqual(['r1']);
    expect((JSON.parse(readFileSync(workspace.lockHolder, 'utf8')) as { pid: number }).pid).toBe(process.pid);
  });

  test('excludes a second writer in one process, is released by close, and close may be called twice', () => {
    const workspace = freshWorkspace();
    const store = storeAt(workspace);
    expect(() => openToWrite(workspace)).toThrow(/in use/);
    expect(storeAt(workspace, false).datasets.list()).toEqual([]);
    expect(() => openToWrite(workspace)).toThrow(/in use/); // closing the reader did not release the lock
    store.close();
    store.close();
    expect(existsSync(workspace.lockHolder)).toBe(false);
    storeAt(workspace);
    store.close(); // the lock is another store's now
    expect(() => openToWrite(workspace)).toThrow(/in use/);
  });

  test.each(['', '{', '{"pid": "x"}', 'null'])('an unreadable lock file %j still gives a clear message', (note) => {
    const workspace = freshWorkspace();
    const lock = takeLock(workspace, 'train');
    writeFileSync(workspace.lockHolder, note);
    expect(() => takeLock(workspace, 'train')).toThrow(
      `${workspace.folder} is in use by another Twinlens process. Wait for it to end or use another workspace folder.`,
    );
    lock.release();
  });

  test('a hostile command cannot break the message', () => {
    const workspace = freshWorkspace();
    const lock = takeLock(workspace, `train "a\nb" \u001b[31m${'x'.repeat(300)}`);
    const { command } = JSON.parse(readFileSync(workspace.lockHolder, 'utf8')) as { command: string };
    expect(command).toMatch(/^train "a b" \[31mx+$/);
    expect(command).toHaveLength(80);
    lock.release();
  });

  test('shows the time, and the date unless it is today', () => {
    const start = new Date(2026, 2, 9, 14, 3).getTime();
    const holder = { pid: 41, command: 'train flowers', startedMs: start };
    expect(describeHolder(holder, new Date(2026, 2, 9, 23, 59).getTime())).toBe('pid 41, `train flowers`, since 14:03');
    expect(describeHolder(holder, new Date(2026, 2, 10, 0, 1).getTime())).toBe('pid 41, `train flowers`, since 2026-03-09 14:03');
  });
});
