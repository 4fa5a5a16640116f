import { once } from 'node:events';
import { chmodSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bootstrap, fakeProject, temporaryFolder, write } from './project.ts';

const callsOf = (root: string): string[] => {
  const log = join(root, 'calls.log');
  return existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [];
};

describe('bootstrap runs a command', () => {
  it('with its arguments unchanged, including spaces, quotes and options', async () => {
    const given = ['tell', '--json', 'two words', '"quoted"', '$HOME', '', '--', '-x'];
    const { code, stdout } = await bootstrap(fakeProject(), ['twinlens', ...given]);
    expect(code).toBe(0);
    expect((JSON.parse(stdout) as { rest: string[] }).rest).toEqual(given.slice(1));
  });

  it('in the folder of the caller, with the INIT_CWD that npm set', async () => {
    const elsewhere = temporaryFolder();
    const { stdout } = await bootstrap(fakeProject(), ['twinlens', 'tell'], { cwd: elsewhere, env: { INIT_CWD: '/somewhere' } });
    expect(JSON.parse(stdout)).toMatchObject({ cwd: elsewhere, from: '/somewhere' });
  });

  it.each([0, 1, 2, 77])('and exits with its exit code %i', async (code) => {
    expect(await bootstrap(fakeProject(), ['twinlens', 'exit', String(code)])).toEqual({ code, signal: null, stdout: '', stderr: '' });
  });

  it.skipIf(process.platform === 'win32').each(['SIGTERM', 'SIGINT'] as const)('passes %s on and ends by the same signal', async (signal) => {
    const ended = await bootstrap(fakeProject(), ['twinlens', 'wait'], { sent: (child) => child.kill(signal) });
    expect(ended).toMatchObject({ code: null, signal, stdout: 'ready\n' });
  });

  it.skipIf(process.platform === 'win32')('lets the command handle Ctrl-C', async () => {
    const ended = await bootstrap(fakeProject(), ['twinlens', 'catch'], { sent: (child) => child.kill('SIGINT') });
    expect(ended).toMatchObject({ code: 42, signal: null });
  });

  it('and refuses an unknown task as wrong usage', async () => {
    const { code, stdout, stderr } = await bootstrap(fakeProject(), ['dance']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/usage/);
  });
});

describe('set-up', () => {
  it('does and prints nothing when nothing has changed', async () => {
    const root = fakeProject();
    const { stderr } = await bootstrap(root, ['twinlens', 'tell']);
    expect(stderr).toBe('');
    expect(callsOf(root)).toEqual([]);
  });

  it('installs and then builds after a change of package-lock.json, without output on stdout', async () => {
    const root = fakeProject();
    write(root, 'package-lock.json', '{ "packages": { "node_modules/left-pad": { "version": "1.0.0" } } }');
    const first = await bootstrap(root, ['twinlens', 'tell', 'x']);
    expect(first.code).toBe(0);
    expect(JSON.parse(first.stdout)).toMatchObject({ rest: ['x'] });
    expect(first.stderr).not.toMatch(/noise/);
    expect(callsOf(root)).toEqual([expect.stringMatching(/^npm ci .*onnx=skip$/), 'vite']);
    await bootstrap(root, ['twinlens', 'tell']);
    expect(callsOf(root)).toHaveLength(2);
  });

  it('installs again if npm was killed during the last install', async () => {
    const root = fakeProject();
    write(root, 'package-lock.json', '{ "packages": { "node_modules/a": { "version": "1.0.0" } } }');
    await bootstrap(root, ['twinlens', 'tell'], { env: { FAKE_NPM: 'killed' } });
    expect((await bootstrap(root, ['twinlens', 'exit', '0'])).code).toBe(0);
    expect(callsOf(root).filter((line) => line.startsWith('npm ci'))).toHaveLength(2);
  });

  it('reports an unreachable registry in one line', async () => {
    const root = fakeProject();
    rmSync(join(root, 'node_modules'), { recursive: true });
    const said = 'npm error code ENOTFOUND\nnpm error network request to https://registry.invalid/x failed, reason: getaddrinfo ENOTFOUND';
    const { code, stdout, stderr } = await bootstrap(root, ['twinlens', 'tell'], { env: { FAKE_NPM: said } });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    const lines = stderr.trim().split('\n');
    expect(lines).toHaveLength(2); // the step, and why it failed
    expect(lines[1]).toMatch(/registry can't be reached.*Connect to the network/);
  });

  it('builds after a source was changed, added or removed', async () => {
    const root = fakeProject();
    const build = async () => {
      expect((await bootstrap(root, ['build'])).code).toBe(0);
      return callsOf(root).length;
    };
    expect(await build()).toBe(0);
    write(root, 'src/new/file.ts', 'export {};');
    expect(await build()).toBe(1);
    expect(await build()).toBe(1);
    rmSync(join(root, 'src/new/file.ts'));
    expect(await build()).toBe(2);
    write(root, 'src/cli.js', 'console.log("newer")');
    expect((await bootstrap(root, ['twinlens'])).stdout).toBe('newer\n');
    expect(callsOf(root)).toHaveLength(3);
  });

  it('reports why a build failed and keeps the last one', async () => {
    const root = fakeProject();
    write(root, 'src/cli.js', 'broken');
    const { code, stdout, stderr } = await bootstrap(root, ['twinlens', 'tell']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/cannot be built/);
    expect(readFileSync(join(root, 'dist/main/cli.cjs'), 'utf8')).toMatch(/tell/);
  });

  it('runs once for two commands that start together, and both continue', async () => {
    const root = fakeProject();
    write(root, 'package-lock.json', '{ "packages": { "node_modules/b": { "version": "1.0.0" } } }');
    const both = await Promise.all([1, 2, 3].map((n) => bootstrap(root, ['twinlens', 'tell', String(n)])));
    expect(both.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(both.map(({ stdout }) => (JSON.parse(stdout) as { rest: string[] }).rest)).toEqual([['1'], ['2'], ['3']]);
    expect(callsOf(root)).toEqual([expect.stringMatching(/^npm ci/), 'vite']);
  });
});

/** A folder like that of Electron's runtime: a program that prints its arguments and then runs `end`. */
function fakeElectron(end: string): string {
  const folder = temporaryFolder();
  const program = write(folder, 'electron', `#!/bin/sh\nprintf '%s\\n' "electron $* as-node=$ELECTRON_RUN_AS_NODE"\n${end}\n`);
  chmodSync(program, 0o755);
  return folder;
}

describe.skipIf(process.platform === 'win32' || process.platform === 'darwin')('start', () => {
  const screen = { CI: '', DISPLAY: ':77', WAYLAND_DISPLAY: '' };
  const servedWith = (stdout: string) => (JSON.parse(stdout.trim().split('\n').at(-1)!) as { serve: string[] }).serve;

  it('without a screen serves the workbench with the sample, and prints one line', async () => {
    const { code, stdout, stderr } = await bootstrap(fakeProject(), ['start', '--port', '4711'], {
      env: { CI: '', DISPLAY: '', WAYLAND_DISPLAY: '' },
    });
    expect(code).toBe(0);
    expect(servedWith(stdout)).toEqual(['--sample', '--open', '--port', '4711']);
    expect(stderr).toMatch(/^twinlens: there is no display for a desktop window, so the workbench is served to your browser\n$/);
  });

  it('serves the workbench if the runtime is missing and its download server never answers', async () => {
    const root = fakeProject();
    write(root, 'node_modules/electron/install.js', 'process.exit(1);');
    const asked: string[] = [];
    const server = createServer(({ method, url }) => asked.push(`${method} ${url}`)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const mirror = `http://127.0.0.1:${(server.address() as AddressInfo).port}/electron/`;
    const { code, stdout, stderr } = await bootstrap(root, ['start'], { env: { ...screen, ELECTRON_MIRROR: mirror } });
    server.closeAllConnections();
    server.close();
    expect(asked).toEqual(['HEAD /electron/']); // one request with a time limit: without it this test would not end
    expect(code).toBe(0);
    expect(servedWith(stdout)).toEqual(['--sample', '--open']);
    expect(stderr).toMatch(/could not be downloaded, so the workbench is served/);
  });

  it('opens the desktop program with the sample and the given arguments, and returns its exit code', async () => {
    const root = fakeProject();
    const env = { ...screen, ELECTRON_OVERRIDE_DIST_PATH: fakeElectron('exit 0'), ELECTRON_RUN_AS_NODE: '1' };
    const { code, stdout, stderr } = await bootstrap(root, ['start', '--connect', 'http://127.0.0.1:1/?token=a'], { env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(`^electron (--no-sandbox )?${root} --sample --connect http://127\\.0\\.0\\.1:1/\\?token=a as-node=\\n$`));
  });

  it.each(['exit 1', 'kill -TRAP $$', 'kill -SEGV $$'])('serves the workbench if the desktop program ends at once by: %s', async (end) => {
    const { code, stdout, stderr } = await bootstrap(fakeProject(), ['start'], {
      env: { ...screen, ELECTRON_OVERRIDE_DIST_PATH: fakeElectron(end) },
    });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^electron /);
    expect(servedWith(stdout)).toEqual(['--sample', '--open']);
    expect(stderr).toMatch(/could not be opened/);
  });
});
