import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve, sep } from 'node:path';
import envPaths from 'env-paths';
import { describe, expect, test } from 'vitest';
import { temporaryPath, writeFileAtomically } from '../../src/main/foundation/files.ts';
import { openServices } from '../../src/main/services.ts';
import { openWorkspace, workspaceAt, workspaceFolder } from '../../src/main/foundation/workspace.ts';
import { temporaryFolder } from '../features/dataset/png-files.ts';

describe('workspaceFolder', () => {
  test('is the given folder, else that of the environment, else the platform’s', () => {
    const env = { TWINLENS_WORKSPACE: '/from/env' };
    expect(workspaceFolder('some/where', env)).toBe(resolve('some/where'));
    expect(workspaceFolder(undefined, env)).toBe(resolve('/from/env'));
    for (const none of [{}, { TWINLENS_WORKSPACE: '' }]) {
      expect(workspaceFolder(undefined, none)).toBe(envPaths('Twinlens', { suffix: '' }).data);
    }
    expect(workspaceFolder(undefined, {})).toContain('Twinlens');
    expect(() => workspaceFolder(' ', env)).toThrow(expect.objectContaining({ code: 'usage' }) as Error);
  });
});

describe('temporary files of a killed process', () => {
  test('are deleted when the workspace is next opened for writing', async () => {
    const folder = temporaryFolder();
    const { report, comparison, exports, features, database } = workspaceAt(folder);
    const open = (write: boolean): Promise<void> => openServices({ workspace: folder, write, command: 'test' }).close();
    await open(true);
    const left = [join(report('p1'), 'report.html'), join(comparison('c1'), 'a.png'), join(exports, 'images.csv'), join(features, 'rows'), database];
    const temporary = left.map((path) => {
      const file = temporaryPath(path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, 'half');
      return file;
    });
    writeFileSync(join(report('p1'), 'my notes.tmp'), 'a person’s');
    await open(false);
    expect(temporary.filter((file) => !existsSync(file))).toEqual([]);
    await open(true);
    expect(temporary.filter((file) => existsSync(file))).toEqual([]);
    expect(readdirSync(report('p1'))).toEqual(['my notes.tmp']);
  });
});

describe('openWorkspace', () => {
  test('creates the folder at any depth and leaves nothing else in it', () => {
    const folder = join(temporaryFolder(), 'a', "b 'c'", 'ä');
    const { folder: made } = openWorkspace(folder);
    expect(made).toBe(folder);
    expect(readdirSync(folder)).toEqual([]);
    expect(openWorkspace(folder).folder).toBe(folder); // a second time too
  });

  test('all its paths are absolute, distinct and inside it', () => {
    const { run, comparison, report, folder, ...paths } = workspaceAt(resolve('/w'));
    const all = [...Object.values(paths), run('r1'), run('r2'), comparison('c1'), report('p1')];
    expect(new Set(all).size).toBe(all.length);
    for (const path of all) expect(isAbsolute(path) && path.startsWith(folder + sep), path).toBe(true);
    expect(paths.database).toBe(join(folder, 'twinlens.sqlite'));
    expect(run('r1')).toBe(join(folder, 'runs', 'r1'));
    expect(comparison('c1')).toBe(join(folder, 'comparisons', 'c1'));
    expect(paths.features).toBe(join(folder, 'cache', 'features'));
  });

  test.each(['..', '../r1', 'r1/..', '', '/etc', 'r1\0', '.', 'r 1', 'C:'])('the id %j gives no folder', (id) => {
    const workspace = workspaceAt(resolve('/w'));
    for (const folderOf of [workspace.run, workspace.comparison])
      expect(() => folderOf(id)).toThrow(expect.objectContaining({ code: 'not-found' }) as Error);
  });

  test('names a file where the folder or a parent should be', () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, 'unchanged');
    for (const folder of [file, join(file, 'below')]) {
      expect(() => openWorkspace(folder)).toThrow(
        expect.objectContaining({
          code: 'workspace',
          message: expect.stringContaining('there is a file where the folder should be') as string,
        }) as Error,
      );
    }
    expect(readFileSync(file, 'utf8')).toBe('unchanged');
  });

  test.skipIf(process.platform !== 'linux')('names a folder that cannot be created or written', () => {
    for (const folder of ['/proc/twinlens', '/proc/self/fd']) {
      expect(() => openWorkspace(folder)).toThrow(
        expect.objectContaining({ code: 'workspace', message: expect.stringContaining(folder) as string }) as Error,
      );
    }
  });
});

describe('writeFileAtomically', () => {
  test('writes bytes and text, creates parents, replaces the old file, leaves no other file', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'a', 'b', 'out.bin');
    const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => i % 251);
    await writeFileAtomically(path, bytes);
    expect(new Uint8Array(readFileSync(path))).toEqual(bytes);
    await writeFileAtomically(path, 'kurz: ä');
    expect(readFileSync(path, 'utf8')).toBe('kurz: ä');
    expect(readdirSync(join(folder, 'a', 'b'))).toEqual(['out.bin']);
    await writeFileAtomically(join(folder, `${'x'.repeat(250)}.png`), 'a name of the longest kind'); // the temporary name must not be longer
  });

  test.skipIf(process.platform !== 'linux')('fails if no folder can be created', { timeout: 5000 }, async () => {
    await expect(writeFileAtomically('/proc/twinlens/a/b', 'x')).rejects.toMatchObject({ name: 'AppError' }); // Node's recursive mkdir would never return
  });

  test('writes only the viewed part of a larger buffer', async () => {
    const path = join(temporaryFolder(), 'part');
    await writeFileAtomically(path, Uint8Array.from([1, 2, 3, 4, 5]).subarray(1, 4));
    expect([...readFileSync(path)]).toEqual([2, 3, 4]);
  });

  test('a reader never sees a partial file', async () => {
    const path = join(temporaryFolder(), 'out');
    const versions = [1, 2].map((n) => Buffer.alloc(3_000_000, n));
    await writeFileAtomically(path, versions[0]!);
    let done = false;
    const writing = (async () => {
      try {
        for (let n = 0; n < 12; n++) await writeFileAtomically(path, versions[n % 2]!);
      } finally {
        done = true;
      }
    })();
    let reads = 0;
    while (!done) {
      const seen = readFileSync(path);
      expect(versions.some((v) => v.equals(seen))).toBe(true);
      reads++;
      await new Promise(setImmediate);
    }
    await writing;
    expect(reads).toBeGreaterThan(5);
  });

  test('on failure the old file stays and the temporary one is deleted', async () => {
    const folder = temporaryFolder();
    const taken = join(folder, 'taken');
    mkdirSync(join(taken, 'full'), { recursive: true }); // a folder that holds something can't be replaced by a file
    await expect(writeFileAtomically(taken, 'x')).rejects.toMatchObject({ name: 'AppError' });
    expect(existsSync(join(taken, 'full'))).toBe(true);
    expect(readdirSync(folder)).toEqual(['taken']);
    const file = join(folder, 'file');
    writeFileSync(file, 'unchanged');
    await expect(writeFileAtomically(join(file, 'below'), 'x')).rejects.toMatchObject({ name: 'AppError' });
    expect(readFileSync(file, 'utf8')).toBe('unchanged');
  });
});
