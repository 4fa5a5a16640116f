import { existsSync, mkdirSync, utimesSync } from 'node:fs';
import { hostname } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { needsBuild } from '../../scripts/bootstrap/build.mjs';
import { matchesLockFile, markInstalled, needsInstall } from '../../scripts/bootstrap/deps.mjs';
import { isAbandoned, withLock } from '../../scripts/bootstrap/lock.mjs';
import { ensureNode, environmentFor, holds, isNewEnough, PINS } from '../../scripts/bootstrap/node.mjs';
import { explainNpmFailure } from '../../scripts/bootstrap/npm.mjs';
import { fakeProject, temporaryFolder, write } from './project.ts';

describe('the chosen Node', () => {
  // Node-API 10 per the table in Node's documentation: v22.14.0 and v23.6.0.
  it.each([
    ['18.20.8', false],
    ['20.20.2', false],
    ['22.9.0', false],
    ['22.13.1', false],
    ['22.14.0', true],
    ['22.100.0', true],
    ['23.5.0', false],
    ['23.6.0', true],
    ['24.0.0', true],
    ['100.0.0', true],
  ])('%s: %s', (version, expected) => {
    expect(isNewEnough(version)).toBe(expected);
  });

  it('is new enough on every platform with a pin', () => {
    for (const { version, integrity } of Object.values(PINS)) {
      expect(isNewEnough(version)).toBe(true);
      expect(Buffer.from(integrity.replace('sha512-', ''), 'base64')).toHaveLength(64);
    }
  });

  it('is the running one if that is new enough', async () => {
    expect(await ensureNode(temporaryFolder())).toEqual({ executable: process.execPath, home: null });
  });

  const here = PINS[`${process.platform}-${process.arch}`];
  it.skipIf(here === undefined)('is the one in .toolchain if the running one is too old and the other complete', async () => {
    const root = temporaryFolder();
    const home = join(root, '.toolchain', 'node');
    const { name, version } = here!;
    write(home, 'package.json', JSON.stringify({ name, version }));
    expect(holds(home, here!)).toBe(false); // no executable
    const executable = write(home, process.platform === 'win32' ? 'bin/node.exe' : 'bin/node', '');
    expect(await ensureNode(root, '20.20.2')).toEqual({ executable, home });
    expect(holds(home, { name, version: '24.0.1' })).toBe(false);
    expect(holds(home, { name: 'node-plan9-mips', version })).toBe(false);
  });

  it('comes first on the PATH of later commands, with its headers', () => {
    const home = join('/x', 'node');
    const env = environmentFor({ executable: join(home, 'bin', 'node'), home }, { PATH: '/usr/bin', KEPT: '1' });
    expect(env).toEqual({ PATH: `${join(home, 'bin')}${delimiter}/usr/bin`, KEPT: '1', npm_config_nodedir: home, ONNXRUNTIME_NODE_INSTALL: 'skip' });
  });

  it('does not duplicate a variable named "Path", and leaves the environment unchanged for the running Node', () => {
    const env = environmentFor({ executable: '/x/bin/node', home: '/x' }, { Path: '/windows' });
    expect(Object.keys(env).filter((key) => key.toUpperCase() === 'PATH')).toEqual(['Path']);
    expect(environmentFor({ executable: '/y/node', home: null }, { PATH: '/a' })).toEqual({ PATH: '/a', ONNXRUNTIME_NODE_INSTALL: 'skip' });
  });
});

describe('stamps', () => {
  it('require an install without node_modules and after a change of package-lock.json only', () => {
    const root = temporaryFolder();
    write(root, 'package-lock.json', '{}');
    expect(needsInstall(root)).toBe(true);
    markInstalled(root);
    expect(needsInstall(root)).toBe(false);
    write(root, 'package-lock.json', '{ }');
    expect(needsInstall(root)).toBe(true);
  });

  it('require a build when a source was changed, also to the same size, and not otherwise', () => {
    const root = fakeProject();
    expect(needsBuild(root)).toBe(false);
    utimesSync(join(root, 'src/cli.js'), new Date(), new Date(Date.now() + 5000));
    expect(needsBuild(root)).toBe(true);
  });
});

describe("a developer's own npm install", () => {
  const entry = { version: '1.2.3', integrity: 'sha512-x' };
  const project = (wanted: object, found: object, present: string[]): string => {
    const root = temporaryFolder();
    write(root, 'package-lock.json', JSON.stringify({ packages: { '': {}, ...wanted } }));
    write(root, 'node_modules/.package-lock.json', JSON.stringify({ packages: found }));
    for (const folder of present) write(root, `${folder}/package.json`, '{}');
    return root;
  };

  it('counts if it matches the lock file; optional packages may be absent', () => {
    const optional = { ...entry, optional: true, os: ['plan9'] };
    expect(matchesLockFile(project({ 'node_modules/a': entry, 'node_modules/b': optional }, { 'node_modules/a': entry }, ['node_modules/a']))).toBe(
      true,
    );
  });

  it('does not count with another version, content or platform, or with a missing folder or package', () => {
    const a = 'node_modules/a';
    expect(matchesLockFile(project({ [a]: entry }, { [a]: { ...entry, version: '1.2.4' } }, [a]))).toBe(false);
    expect(matchesLockFile(project({ [a]: entry }, { [a]: { ...entry, integrity: 'sha512-y' } }, [a]))).toBe(false);
    expect(matchesLockFile(project({ [a]: entry }, { [a]: entry }, []))).toBe(false);
    expect(matchesLockFile(project({ [a]: entry }, {}, [a]))).toBe(false);
    expect(matchesLockFile(project({ [a]: { ...entry, os: ['plan9'] } }, { [a]: entry }, [a]))).toBe(false);
    expect(matchesLockFile(temporaryFolder())).toBe(false);
  });
});

describe('the lock', () => {
  const beat = (lock: string, secondsAgo: number) => {
    const then = new Date(Date.now() - secondsAgo * 1000);
    utimesSync(lock, then, then);
  };

  it('admits one process at a time and is removed afterwards, also after a failure', async () => {
    const lock = join(temporaryFolder(), 'deep', 'lock');
    let inside = 0;
    const work = async () => {
      inside++;
      expect(inside).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 20));
      inside--;
    };
    await Promise.all([withLock(lock, work), withLock(lock, work), withLock(lock, work)]);
    await expect(withLock(lock, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(existsSync(lock)).toBe(false);
  });

  it('is taken over from a dead process, not from a living one', async () => {
    const folder = temporaryFolder();
    const lock = join(folder, 'lock');
    const owned = (pid: number, host = hostname()) => write(lock, 'owner.json', JSON.stringify({ pid, host }));
    owned(process.pid);
    expect(isAbandoned(lock)).toBe(false);
    beat(lock, 300);
    expect(isAbandoned(lock)).toBe(false); // the heartbeat of a laptop that slept is old, too
    owned(2 ** 30);
    expect(isAbandoned(lock)).toBe(true);
    expect(await withLock(lock, () => Promise.resolve('done'))).toBe('done');
  });

  it('of another machine, or without an owner yet, expires by its heartbeat', () => {
    const lock = join(temporaryFolder(), 'lock');
    mkdirSync(lock);
    expect(isAbandoned(lock)).toBe(false);
    write(lock, 'owner.json', JSON.stringify({ pid: 1, host: 'another-machine' }));
    expect(isAbandoned(lock)).toBe(false);
    beat(lock, 120);
    expect(isAbandoned(lock)).toBe(true);
    expect(isAbandoned(join(lock, 'never-there'))).toBe(false);
  });
});

describe("npm's errors in one line", () => {
  it.each([
    ['npm error code EAI_AGAIN\nnpm error syscall getaddrinfo', /registry can't be reached/],
    ['npm error code ECONNREFUSED', /registry can't be reached/],
    ['spawn npm ENOENT', /npm was not found/],
    ['npm error code ENOSPC', /disk is full/],
  ])('%s', (output, said) => {
    const line = explainNpmFailure(output, 'Node 24');
    expect(line).toMatch(said);
    expect(line).toMatch(/Node 24/);
    expect(line).not.toMatch(/\n/);
  });

  it('repeat npm’s output without warnings for an unknown reason', () => {
    const line = explainNpmFailure('npm warn old lockfile\nnpm error EINTEGRITY sha512 mismatch', 'the libraries');
    expect(line).toMatch(/EINTEGRITY/);
    expect(line).not.toMatch(/old lockfile/);
  });
});
