import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { makeScratchFolder, makeTemporaryFolder, writeFileAtomically } from '../../src/main/foundation/files.ts';
import { type AppError, asAppError } from '../../src/shared/errors.ts';

const folder = mkdtempSync(join(tmpdir(), 'twinlens files '));
const isWindows = process.platform === 'win32';
const failureOf = (work: Promise<unknown>): Promise<AppError> =>
  work.then(
    () => expect.fail('it succeeded'),
    (error: unknown) => asAppError(error),
  );

afterEach(() => vi.unstubAllEnvs());

describe('errors of the operating system', () => {
  test.skipIf(isWindows)('say what is wrong with a path', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, 'x');
    symlinkSync(join(folder, 'loop'), join(folder, 'loop'));
    expect((await failureOf(readFile(folder))).message).toBe('There is a folder where a file is expected. Choose a file.');
    expect((await failureOf(readFile(join(file, 'below')))).message).toBe(
      `There is a file where a folder is expected (${join(file, 'below')}). Choose a folder.`,
    );
    expect((await failureOf(readFile(join(folder, 'x'.repeat(300))))).message).toMatch(/too long/);
    expect((await failureOf(readFile(join(folder, 'loop')))).message).toMatch(/points to itself/);
    expect((await failureOf(open(file, 'wx'))).message).toMatch(/already taken/);
    expect((await failureOf(readFile('a\0b'))).message).toMatch(/null byte/);
  });

  test.each([
    ['EMFILE', 'workspace', /Too many files are open/],
    ['EFBIG', 'workspace', /too large for this disk/],
    ['EDQUOT', 'disk-full', /The disk is full/],
    ['EIO', 'workspace', /The disk reports an error/],
    ['EBUSY', 'workspace', /Another program uses the file/],
    ['SQLITE_CORRUPT', 'workspace', /database of the workspace is damaged.*backup/],
    ['SQLITE_CORRUPT_INDEX', 'workspace', /database of the workspace is damaged/],
    ['SQLITE_NOTADB', 'workspace', /database of the workspace is damaged/],
    ['SQLITE_IOERR_WRITE', 'workspace', /The disk reports an error/],
    ['SQLITE_READONLY_DBMOVED', 'workspace', /Not permitted/],
    ['SQLITE_FULL', 'disk-full', /The disk is full/],
  ])('%s is explained', (code, kind, message) => {
    expect(asAppError(Object.assign(new Error(`${code}: something`), { code, path: '/a' }))).toMatchObject({
      code: kind,
      message: expect.stringMatching(message) as string,
    });
  });
});

describe('writeFileAtomically', () => {
  test.skipIf(isWindows)('gives the file its permissions whatever the umask', async () => {
    const before = process.umask(0o000);
    try {
      await writeFileAtomically(join(folder, 'secret'), 'x', 0o600);
      expect(statSync(join(folder, 'secret')).mode & 0o777).toBe(0o600);
    } finally {
      process.umask(before);
    }
  });

  test('leaves the old file and no temporary one when it fails', async () => {
    const target = join(folder, 'taken');
    await writeFileAtomically(join(target, 'file'), 'old');
    await failureOf(writeFileAtomically(target, 'new'));
    expect(readFileSync(join(target, 'file'), 'utf8')).toBe('old');
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});

describe.skipIf(isWindows)('a temporary folder', () => {
  test('is made even if TMPDIR names a missing folder', () => {
    vi.stubEnv('TMPDIR', join(folder, 'not', 'yet'));
    const made = makeTemporaryFolder('twinlens-test-');
    expect(made.startsWith(join(folder, 'not', 'yet', 'twinlens-test-'))).toBe(true);
    expect(existsSync(made)).toBe(true);
  });

  test('of a killed process is deleted by the next after an hour, those of living processes and other prefixes are not', () => {
    const system = join(folder, 'shared');
    vi.stubEnv('TMPDIR', system);
    const dead = spawnSync(process.execPath, ['--version']).pid;
    const old = Date.now() / 1000 - 3700;
    const leave = (name: string, seconds: number): string => {
      const path = join(system, name);
      mkdirSync(path, { recursive: true });
      writeFileSync(join(path, 'model.onnx'), 'x');
      utimesSync(path, seconds, seconds);
      return path;
    };
    const left = leave(`twinlens-test-${dead}-abc`, old);
    const others = [
      leave(`twinlens-test-${process.pid}-abc`, old),
      leave(`twinlens-test-${dead}-new`, Date.now() / 1000),
      leave(`twinlens-errors-${dead}-abc`, old),
    ];
    expect(existsSync(makeScratchFolder('twinlens-test-'))).toBe(true);
    expect(existsSync(left)).toBe(false);
    expect(others.map((path) => existsSync(path))).toEqual([true, true, true]);
  });

  test('that can not be made is explained', () => {
    vi.stubEnv('TMPDIR', '/proc/none');
    expect(() => makeTemporaryFolder('twinlens-test-')).toThrow(/\/proc\/none.*Set TMPDIR/);
  });
});
