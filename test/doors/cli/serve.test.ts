import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { NEWEST_VERSION } from '../../../src/main/db/migrations/migrate.ts';
import { hasBuild, hasSignals, scratch, twinlens } from './kit.ts';
import { call, start, urlIn } from './served.ts';

const getPage = async (url: URL, path = '/'): Promise<{ status: number; text: string }> => {
  const response = await fetch(new URL(path, url), { headers: { authorization: `Bearer ${url.searchParams.get('token')!}`, accept: 'text/html' } });
  return { status: response.status, text: await response.text() };
};

describe.skipIf(!hasBuild || !hasSignals)('twinlens serve', () => {
  it('prints one line once it listens on the loopback address, and ends cleanly', async () => {
    const workspace = scratch('serve');
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      const isJson = signal === 'SIGTERM';
      const { child, line, ended } = await start(['--workspace', workspace, ...(isJson ? ['--json'] : [])]);
      if (isJson) expect(Object.keys(JSON.parse(line) as object)).toEqual(['url']);
      else expect(line).toMatch(/^Twinlens is open at http:\/\/127\.0\.0\.1:\d+\/\S+$/);
      expect(urlIn(line).hostname).toBe('127.0.0.1');
      expect((await call(urlIn(line), 'app.info')).value).toMatchObject({ door: 'web', workspace });
      const note = join(workspace, 'served.json');
      if (process.platform !== 'win32') expect(statSync(note).mode & 0o777).toBe(0o600);
      child.kill(signal);
      expect(await ended).toEqual({ code: 0, stdout: `${line}\n`, stderr: '' });
      expect(existsSync(join(workspace, 'lock.json'))).toBe(false);
    }
  });

  it('serves at the address of the last time, with a new token once others could have read it', async () => {
    const workspace = scratch('serve again');
    const note = join(workspace, 'served.json');
    const addressOf = async (args: string[] = []): Promise<URL> => {
      const { child, line, ended } = await start(['--workspace', workspace, ...args]);
      child.kill('SIGTERM');
      expect((await ended).code).toBe(0);
      return urlIn(line);
    };
    const first = await addressOf();
    expect((await addressOf()).href).toBe(first.href);
    const holder = createServer().listen(Number(first.port), '127.0.0.1');
    await new Promise((done) => holder.once('listening', done));
    const moved = await addressOf();
    await new Promise((done) => holder.close(done));
    expect(moved.port).not.toBe(first.port);
    expect(moved.search).toBe(first.search);
    chmodSync(note, 0o644);
    expect((await addressOf()).search).not.toBe(first.search);
    for (const damaged of ['', '{"url":"http://127.0.0.1:80/?token=short"}', '[]']) {
      writeFileSync(note, damaged, { mode: 0o600 });
      expect((await addressOf()).searchParams.get('token')).toMatch(/^[\w-]{43}$/);
    }
  });

  it('is readable for its owner only, whatever the umask', async () => {
    const workspace = join(scratch('serve private'), 'workspace');
    const before = process.umask(0); // children inherit it
    try {
      const { child, ended } = await start(['--workspace', workspace]);
      expect(statSync(workspace).mode & 0o777).toBe(0o700);
      expect(statSync(join(workspace, 'served.json')).mode & 0o777).toBe(0o600);
      child.kill('SIGTERM');
      await ended;
    } finally {
      process.umask(before);
    }
  });

  it.skipIf(process.platform !== 'linux')('opens a browser without the token on its command line', async () => {
    const workspace = scratch('serve open');
    const bin = scratch('bin');
    const seen = join(bin, 'seen');
    writeFileSync(join(bin, 'xdg-open'), `#!/bin/sh\nprintf '%s' "$*" > '${seen}.part' && mv '${seen}.part' '${seen}'\n`, { mode: 0o755 });
    const { child, line, ended } = await start(['--workspace', workspace, '--open'], {
      PATH: `${bin}:${process.env['PATH']!}`,
      DISPLAY: ':9',
      CI: '',
    });
    await expect.poll(() => existsSync(seen), { timeout: 10_000 }).toBe(true);
    const file = fileURLToPath(readFileSync(seen, 'utf8'));
    expect(readFileSync(file, 'utf8')).toContain(urlIn(line).href);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect((await fetch(urlIn(line), { redirect: 'manual' })).status).toBe(303);
    expect(existsSync(file)).toBe(false);
    child.kill('SIGTERM');
    await ended;
  });

  it('ends while a window listens and a job runs', async () => {
    const workspace = scratch('serve busy');
    const { child, line, ended } = await start(['--workspace', workspace, '--sample']);
    const url = urlIn(line);
    const events = await fetch(new URL('/events', url), { headers: { authorization: `Bearer ${url.searchParams.get('token')!}` } });
    expect(((await call(url, 'jobs.list')).value as { status: string }[])[0]!.status).toBe('running');
    child.kill('SIGINT');
    expect((await ended).code).toBe(0);
    await events.text().catch(() => '');
    expect((await twinlens(['datasets', '--json', '--workspace', workspace])).stdout.trim()).toBe('[]'); // cancelled, not waited for
  });

  it('reports in one line why it can not start; --open opens the running workbench', async () => {
    const taken = scratch('serve taken');
    const holder = await start(['--workspace', taken]);
    const second = await twinlens(['serve', '--workspace', taken]);
    expect(second).toMatchObject({ code: 1, stdout: '' });
    expect(second.stderr).toMatch(/^twinlens: .* is in use by another Twinlens process \(pid \d+, `serve`.*\n$/);
    expect((await twinlens(['serve', '--workspace', taken, '--port', 'x'])).code).toBe(2);
    const { port } = urlIn(holder.line);
    expect((await twinlens(['serve', '--workspace', scratch('serve port'), '--port', port])).stderr).toMatch(/Port \d+ can't be used: it is in use/);

    // A second start with --open opens the running workbench.
    const again = await start(['--workspace', taken, '--open']);
    expect(urlIn(again.line).href).toBe(urlIn(holder.line).href);
    expect((await again.ended).code).toBe(0);
    holder.child.kill('SIGINT');
    await holder.ended;
  });

  it.each([
    [
      'a damaged workspace',
      (folder: string) => writeFileSync(join(folder, 'twinlens.sqlite'), 'SQLite format 3\0 but no more'),
      /is damaged|not a Twinlens database/,
    ],
    ['a file where the workspace should be', null, /there is a file where the folder should be/],
  ])('reports %s on its page and in every call, and opens once it is repaired', async (_, damage, words) => {
    const folder = damage ? scratch('serve damaged') : join(scratch('serve file'), 'workspace');
    if (damage) damage(folder);
    else writeFileSync(folder, 'x');
    const { child, line, ended } = await start(['--workspace', folder, '--open']);
    const url = urlIn(line);
    const shown = await getPage(url);
    expect(shown.status).toBe(503);
    expect(shown.text.replaceAll('&#39;', "'")).toMatch(words);
    expect(await call(url, 'app.info')).toMatchObject({ ok: false, error: { code: 'workspace', message: expect.stringMatching(words) as string } });
    expect((await getPage(url, '/do/again')).status).toBe(503);
    await import('node:fs/promises').then(async ({ rm }) => rm(damage ? join(folder, 'twinlens.sqlite') : folder));
    expect(await getPage(url, '/do/again')).toMatchObject({ status: 200, text: expect.stringContaining('<script') as string });
    expect((await call(url, 'app.info')).ok).toBe(true);
    child.kill('SIGINT');
    expect((await ended).code).toBe(0);
  });

  it('leaves a workspace from a newer version untouched, and reports it on its page', async () => {
    const workspace = scratch('serve newer');
    const first = await start(['--workspace', workspace]);
    first.child.kill('SIGINT');
    await first.ended;
    const file = join(workspace, 'twinlens.sqlite');
    const { default: Database } = await import('better-sqlite3');
    const db = new Database(file);
    db.pragma(`user_version = ${NEWEST_VERSION + 1}`);
    db.close();
    const before = readFileSync(file);
    const { child, line, ended } = await start(['--workspace', workspace, '--open']);
    expect((await getPage(urlIn(line))).text).toMatch(/newer Twinlens/);
    child.kill('SIGINT');
    await ended;
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it.skipIf(process.platform === 'win32' || process.getuid?.() === 0)('reports a read-only workspace on its page', async () => {
    const workspace = join(scratch('serve read-only'), 'w');
    mkdirSync(workspace);
    chmodSync(workspace, 0o555);
    const { child, line, ended } = await start(['--workspace', workspace, '--open']);
    expect((await getPage(urlIn(line))).text).toMatch(/not permitted to write/);
    child.kill('SIGINT');
    await ended;
  });
});
