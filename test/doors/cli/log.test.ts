import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { importColours, serve } from '../../e2e/serve.ts';
import { hasBuild, scratch, twinlens, writeAt } from './kit.ts';

/** Makes the next query for runs fail in a way that no code expects. */
function breakRuns(workspace: string): void {
  const db = new Database(join(workspace, 'twinlens.sqlite'));
  db.pragma('foreign_keys = OFF');
  db.exec('ALTER TABLE runs RENAME TO runs_gone');
  db.close();
  rmSync(join(workspace, 'twinlens.sqlite.sha256'), { force: true }); // as after a crash, so that the change is not noticed
}

const textOf = (folder: string): string =>
  readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('');

async function brokenWorkspace(name: string): Promise<string> {
  const workspace = scratch(name);
  await twinlens(['evaluate', 'none', '--workspace', workspace]); // opens it for writing, which makes the database
  breakRuns(workspace);
  return workspace;
}

describe.skipIf(!hasBuild)('an unexpected error of the command line', () => {
  it('is one line that names the log with its stack', async () => {
    const workspace = await brokenWorkspace('log');
    const ended = await twinlens(['runs', '--workspace', workspace]);
    const log = join(workspace, 'logs', 'cli.log');
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toMatch(/^twinlens: .*no such table.*\. Details: .*cli\.log\n$/);
    expect(ended.stderr).toContain(log);
    const lines = readFileSync(log, 'utf8');
    expect(lines).toMatch(/"command":"evaluate none","versions":\{"twinlens":/);
    expect(lines).toMatch(/"level":"error".*"code":"internal".*SqliteError: no such table[^\n]*cli\.cjs/);
    expect(lines).toMatch(/"command":"evaluate none","seconds":/);
  });

  it('shows its stack in the terminal, too, with TWINLENS_LOG=debug', async () => {
    const ended = await twinlens(['runs', '--workspace', await brokenWorkspace('log debug')], { env: { TWINLENS_LOG: 'debug' } });
    expect(ended.stderr).toMatch(/Details: .*\n.*SqliteError: no such table[^]* at .*cli\.cjs/);
  });

  it('names another file if the log can not be written; other commands still work', async () => {
    const workspace = await brokenWorkspace('log unwritable');
    rmSync(join(workspace, 'logs'), { recursive: true });
    writeFileSync(join(workspace, 'logs'), 'a file where the folder should be');
    const intact = scratch('log intact');
    writeFileSync(join(intact, 'logs'), 'here as well');
    expect(await twinlens(['datasets', '--workspace', intact])).toMatchObject({ code: 0, stderr: '' });
    const temporary = scratch('log temporary');
    const ended = await twinlens(['runs', '--workspace', workspace], { env: { TMPDIR: temporary, TEMP: temporary } });
    expect(ended.code).toBe(1);
    const [, file] = /Details: (.*error\.log)\n$/.exec(ended.stderr)!;
    expect(file!.startsWith(temporary)).toBe(true);
    expect(readFileSync(file!, 'utf8')).toMatch(/SqliteError: no such table/);
  });
});

describe.skipIf(!hasBuild)('a served session', () => {
  it('logs versions, jobs, failed calls and the compute processes, and never its token', async () => {
    const served = await serve({ workspace: scratch('log served') });
    const { workspace, url } = served;
    const token = new URL(url).searchParams.get('token')!;
    await importColours(served);
    await fetch(url, { redirect: 'manual' });
    await fetch(`${url}x`);
    await fetch(new URL(`/media/file/${token}`, url), { headers: { authorization: `Bearer ${token}` } });
    breakRuns(workspace);
    const post = (name: string): Promise<Response> =>
      fetch(new URL(`/call/${name}`, url), {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: '[{}]',
      });
    expect(await (await post('runs.list')).text()).toContain(join(workspace, 'logs', 'serve.log'));
    await post(`no.such.${token}`);
    const diagnostics = await (await post('app.diagnostics')).text();
    await served.stop('SIGTERM');
    const serveLog = readFileSync(join(workspace, 'logs', 'serve.log'), 'utf8');
    expect(serveLog).toMatch(/"command":"serve","versions":/);
    expect(serveLog).toMatch(/"kind":"import".*"msg":"job starts"/);
    expect(serveLog).toMatch(/"kind":"import".*"status":"done","seconds":.*"msg":"job ends"/);
    expect(serveLog).toMatch(/"stream":"import","msg":"compute process starts"/);
    expect(serveLog).toMatch(/"level":"error".*"call":"runs\.list".*SqliteError: no such table/);
    for (const text of [textOf(join(workspace, 'logs')), diagnostics]) expect(text.includes(token)).toBe(false);
    expect(diagnostics).toContain('serve.log');
  });
});

describe.skipIf(!hasBuild)('twinlens doctor --bundle', () => {
  it('writes one file with versions, devices, settings and log lines', async () => {
    const workspace = await brokenWorkspace('bundle');
    await twinlens(['runs', '--workspace', workspace]);
    const settings = join(scratch('bundle settings'), 'settings.json');
    writeAt(settings, '{"theme":"dark"}');
    const out = join(scratch('bundle out'), 'below', 'bundle.json');
    const ended = await twinlens(['doctor', '--bundle', out, '--workspace', workspace, '--json'], { env: { TWINLENS_SETTINGS: settings } });
    expect(ended.code).toBe(0);
    expect(JSON.parse(ended.stdout)).toMatchObject({ engines: expect.any(Array) as unknown[], bundle: out });
    const bundle = JSON.parse(readFileSync(out, 'utf8')) as {
      logs: Record<string, string[]>;
      devices: { checks: { device: string; ok: boolean }[] };
    };
    expect(bundle).toMatchObject({
      versions: { twinlens: expect.any(String) as string, node: expect.any(String) as string },
      settings: { theme: 'dark' },
    });
    expect(bundle.devices.checks.find(({ device, ok }) => device === 'cpu' && ok)).toBeTruthy();
    expect(bundle.logs['cli.log']!.join('\n')).toMatch(/no such table/);
    expect(bundle.logs['compute.log']!.join('\n')).toMatch(/devices tried/);
  }, 60_000);
});
