import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { diagnosticsOf } from '../../../src/main/foundation/log/diagnostics.ts';
import { LOG_NAMES, LogFile, MAX_TOTAL } from '../../../src/main/foundation/log/log-file.ts';
import { closeLog, log, logFatal, logPath, openLog } from '../../../src/main/foundation/log/log.ts';
import { addSecret } from '../../../src/main/foundation/log/redact.ts';
import { reportError, sentenceWithLog } from '../../../src/main/foundation/log/report-error.ts';
import { AppError } from '../../../src/shared/errors.ts';
import { DEFAULT_SETTINGS } from '../../../src/shared/workbench.ts';
import { temporaryFolder } from '../../features/dataset/png-files.ts';

afterEach(async () => {
  await closeLog();
  vi.unstubAllEnvs();
});

const linesOf = (file: string): Record<string, unknown>[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('the log of a process', () => {
  it('has one JSON object per line, with the stack and causes of an error, without the content of arrays', async () => {
    const folder = temporaryFolder();
    openLog(folder, 'cli');
    const cause = new Error('disk I/O error');
    log().error({ err: new AppError('internal', 'It failed.', { pixels: new Uint8Array(5000), note: 'x'.repeat(9000) }, cause) }, 'failed');
    await closeLog();
    const [line] = linesOf(join(folder, 'cli.log'));
    expect(line).toMatchObject({ level: 'error', pid: process.pid, msg: 'failed', err: { code: 'internal', message: 'It failed.' } });
    expect(new Date(line!['time'] as string).getTime()).toBeLessThanOrEqual(Date.now());
    const { stack, details } = line!['err'] as { stack: string; details: Record<string, string> };
    expect(stack).toMatch(/AppError: It failed\.[^]*log\.test\.ts[^]*Caused by: Error: disk I\/O error[^]*log\.test\.ts/);
    expect(details['pixels']).toBe('Uint8Array of 5000 bytes');
    expect(details['note']!.length).toBeLessThan(4100);
  });

  it('has no token and no image from any source', async () => {
    const folder = temporaryFolder();
    openLog(folder, 'serve');
    addSecret('s3cret-token_value');
    log().info({ a: 'url http://127.0.0.1:1/?token=other-token&x=1', header: 'Bearer third.token', plain: 'has s3cret-token_value inside' }, 'x');
    reportError(new Error('GET /?token=fourth failed', { cause: new Error('data:image/png;base64,iVBORw0KGgo=') }), {});
    logFatal(new Error('s3cret-token_value'));
    await closeLog();
    const text = readFileSync(join(folder, 'serve.log'), 'utf8');
    expect(text).not.toMatch(/s3cret|other-token|third|fourth|iVBOR/);
    expect(text.match(/\[redacted\]/g)!.length).toBeGreaterThanOrEqual(5);
  });

  it('has debug lines with TWINLENS_LOG=debug', async () => {
    const folder = temporaryFolder();
    openLog(folder, 'cli');
    log().debug('unseen');
    vi.stubEnv('TWINLENS_LOG', 'debug');
    openLog(folder, 'compute');
    log().debug('seen');
    await closeLog();
    expect(readFileSync(join(folder, 'cli.log'), 'utf8')).toBe('');
    expect(linesOf(join(folder, 'compute.log'))).toMatchObject([{ level: 'debug', msg: 'seen' }]);
  });

  it('has a fatal error before the process exits', () => {
    const folder = temporaryFolder();
    openLog(folder, 'cli');
    logFatal(new Error('out of everything'));
    expect(linesOf(join(folder, 'cli.log'))).toMatchObject([{ level: 'fatal', err: { message: 'out of everything' } }]);
  });
});

describe('the size of the logs', () => {
  const sizes = (folder: string): number => readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);

  it('stays below the limit with all processes writing, and has the newest lines', async () => {
    const folder = temporaryFolder();
    const total = 7_000_000; // bytes to each stream: several rotations
    const line = `${'x'.repeat(9_999)}\n`;
    for (const name of LOG_NAMES) {
      const file = new LogFile(folder, name);
      for (let bytes = 0; bytes < total; bytes += line.length) file.write(line);
      file.write(`last of ${name}\n`);
      await file.close(20_000);
      expect(readFileSync(file.path, 'utf8').endsWith(`last of ${name}\n`)).toBe(true);
    }
    expect(readdirSync(folder)).toHaveLength(2 * LOG_NAMES.length);
    expect(sizes(folder)).toBeLessThan(MAX_TOTAL);
    expect(sizes(folder)).toBeGreaterThan(MAX_TOTAL / 2);
  }, 60_000);

  it('is reduced below the limit when other processes left more', async () => {
    const folder = temporaryFolder();
    for (const name of ['old.1.log', 'cli.1.log', 'serve.log']) writeFileSync(join(folder, name), Buffer.alloc(9_000_000));
    const file = new LogFile(folder, 'cli');
    await file.close();
    expect(sizes(folder)).toBeLessThan(MAX_TOTAL);
    expect(readdirSync(folder)).toContain('serve.log'); // in use by another process
  });

  it('does not grow by a very long line', async () => {
    const folder = temporaryFolder();
    openLog(folder, 'cli');
    log().info({ long: 'y'.repeat(1_000_000) }, 'x');
    await closeLog();
    expect(linesOf(join(folder, 'cli.log'))).toMatchObject([{ msg: expect.stringMatching(/^Omitted a line of 1000\d\d\d characters$/) as string }]);
  });
});

describe('without a writable log', () => {
  it('nothing fails, and an unexpected error is written to the file that its message names', () => {
    const folder = join(temporaryFolder(), 'logs');
    writeFileSync(folder, 'a file where the folder should be');
    openLog(folder, 'serve');
    expect(logPath()).toBeNull();
    log().error({ err: new Error('x') }, 'nobody reads this');
    logFatal(new Error('nor this'));
    const known = reportError(new TypeError('x is undefined'), { call: 'runs.list' });
    const file = known.details['log'] as string;
    expect(sentenceWithLog(known)).toBe(`x is undefined. Details: ${file}`);
    expect(linesOf(file).at(-1)).toMatchObject({ err: { name: 'AppError', message: 'x is undefined' } });
    expect(JSON.stringify(linesOf(file).at(-1))).toContain('log.test.ts');
    if (process.platform !== 'win32') expect(statSync(join(file, '..')).mode & 0o077).toBe(0);
  });

  it.skipIf(process.platform !== 'linux')('a full disk costs lines, not the program', async () => {
    const file = new LogFile(temporaryFolder(), 'cli');
    const stream = (file as unknown as { stream: { emit(event: string, error: Error): void } }).stream;
    stream.emit('error', Object.assign(new Error('no space left on device'), { code: 'ENOSPC' }));
    expect(file.isWritable).toBe(false);
    file.write('lost\n');
    await file.close();
  });
});

describe('a reported error', () => {
  it('names the log only for unexpected errors', async () => {
    const folder = temporaryFolder();
    openLog(folder, 'cli');
    expect(reportError(new AppError('not-found', 'There is no run 7.', { run: '7' }), {})).toEqual({
      code: 'not-found',
      message: 'There is no run 7.',
      details: { run: '7' },
    });
    expect(reportError(new AppError('cancelled', 'Cancelled.'), {}).details).toEqual({});
    const path = join(folder, 'cli.log');
    expect(reportError(new RangeError('boom'), {}).details).toEqual({ log: path });
    expect(reportError(new AppError('compute-lost', 'It stopped.', { signal: 'SIGKILL' }), {}).details).toEqual({ signal: 'SIGKILL', log: path });
    await closeLog();
    expect(linesOf(path).map(({ level }) => level)).toEqual(['warn', 'error', 'error']);
  });
});

describe('diagnostics', () => {
  it('contain versions, settings, devices and the last lines of every log, without secrets', () => {
    const logs = temporaryFolder();
    mkdirSync(logs, { recursive: true });
    writeFileSync(join(logs, 'serve.log'), Array.from({ length: 5000 }, (_, i) => `{"line":${i},"url":"http://x/?token=abc${i}"}\n`).join(''));
    const found = diagnosticsOf({ logs, settings: DEFAULT_SETTINGS, devices: null }, 20);
    expect(found).toMatchObject({ versions: { twinlens: expect.any(String) as string }, settings: DEFAULT_SETTINGS, devices: null });
    expect(found.logs['serve.log']).toHaveLength(20);
    expect(found.logs['serve.log']!.at(-1)).toBe('{"line":4999,"url":"http://x/?token=[redacted]"}');
    rmSync(logs, { recursive: true });
    expect(diagnosticsOf({ logs, settings: DEFAULT_SETTINGS, devices: null }, 20).logs).toEqual({});
  });
});
