import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CHANNELS } from '../../../src/shared/bridge.ts';
import { hasBuild } from '../cli/kit.ts';
import { temporaryFolder } from '../../features/dataset/png-files.ts';
import { importColours, serve } from '../../e2e/serve.ts';

/** The built desktop program under a stand-in for Electron's runtime: its calls of Electron, and its answers. */

interface Message {
  what: string;
  value: unknown;
}

class Program {
  readonly messages: Message[] = [];
  readonly exitCode: Promise<number | null>;
  private readonly child: ChildProcess;

  constructor(args: string[], env: Record<string, string> = {}) {
    const folder = temporaryFolder();
    this.child = fork(resolve('dist/main/index.cjs'), args, {
      execArgv: ['--experimental-strip-types', '--no-warnings', '--import', pathToFileURL(resolve('test/doors/electron/stand-in.ts')).href],
      env: { ...process.env, STAND_IN_USER_DATA: folder, TWINLENS_SETTINGS: join(folder, 'settings.json'), ...env },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.child.on('message', (message: Message) => this.messages.push(message));
    this.exitCode = new Promise((done) => this.child.on('exit', done));
    onTestFinished(() => void this.child.kill('SIGKILL'));
  }

  all = (what: string): unknown[] => this.messages.filter((one) => one.what === what).map((one) => one.value);

  until = (what: string, count = 1): Promise<void> => expect.poll(() => this.all(what).length, { timeout: 20_000 }).toBeGreaterThanOrEqual(count);

  send(message: object): void {
    this.child.send(message);
  }

  async request(message: object): Promise<unknown> {
    const before = this.all('answer').length;
    this.send(message);
    await this.until('answer', before + 1);
    return this.all('answer').at(-1);
  }

  call = (name: string, input: object = {}, channel: string = CHANNELS.call) => this.request({ channel, args: ['t', name, input] });
}

describe.skipIf(!hasBuild)('the desktop program', () => {
  it('opens one hardened window on the screen, answers it, and exits cleanly', async () => {
    const workspace = temporaryFolder();
    const program = new Program(['.', '--no-sandbox', '--workspace', workspace]);
    await program.until('load');
    expect(program.all('window')).toMatchObject([
      {
        minWidth: 1024,
        minHeight: 700,
        webPreferences: {
          contextIsolation: true,
          sandbox: true,
          nodeIntegration: false,
          webviewTag: false,
          preload: resolve('dist/main/preload.cjs'),
        },
      },
    ]);
    expect(program.all('load')).toEqual(['twinlens://app/']);
    expect(program.all('window-open')).toEqual(['deny']);
    expect(program.all('permission').filter((one) => (one as [string, boolean])[1])).toEqual([['clipboard-sanitized-write', true]]);
    expect(program.all('device')).toEqual([false]);
    expect(program.all('request')).toEqual([
      ['https://example.org/', true],
      ['file:///etc/passwd', true],
      ['twinlens://app/', false],
    ]);
    program.send({ act: 'navigate' });
    await program.until('navigate', 2);
    expect(program.all('navigate')).toEqual([
      ['https://example.org/', true],
      ['twinlens://app/do/choose-workspace', true],
    ]);
    expect(await program.call('app.info')).toMatchObject({ ok: true, value: { door: 'electron', workspace, canPrint: true } });
    expect(await program.call('app.info', {}, `!${CHANNELS.call}`)).toMatchObject({ ok: false, error: { code: 'bad-request' } }); // from a frame
    expect(await program.request({ url: 'twinlens://app/' })).toMatchObject({ status: 200, text: expect.stringContaining('<script') as string });
    expect(await program.request({ url: 'twinlens://app/media/export/..%2Ftwinlens.sqlite' })).toMatchObject({ status: 404 });
    program.send({ act: 'crash' });
    await program.until('reloaded');
    program.send({ act: 'second' });
    await program.until('focused');
    program.send({ act: 'close' });
    expect(await program.exitCode).toBe(0);
    expect(existsSync(join(workspace, 'lock.json'))).toBe(false);
  });

  // On other systems a utility process computes, which the stand-in lacks.
  it.skipIf(process.platform !== 'linux')('computes in plain Node, asks before it closes during work, and closes after confirmation', async () => {
    const program = new Program(['.', '--workspace', temporaryFolder(), '--sample'], { PATH: join(process.execPath, '..') });
    await program.until('load');
    program.send({ act: 'close' });
    await program.until('close');
    expect(program.all('close')).toEqual(['prevented']);
    expect(program.all('sent')).toContainEqual([CHANNELS.event, 'closing', { jobs: 1 }]);
    program.send({ act: 'close' }); // the screen has not answered: the system asks
    await program.until('message box');
    await expect.poll(() => program.all('sent').some((one) => JSON.stringify(one).includes('"kind":"sample"'))).toBe(true);
    program.send({ channel: CHANNELS.call, args: ['t', 'shell.close', {}] });
    expect(await program.exitCode).toBe(0);
    expect(program.all('close').at(-1)).toBe('closed');
  });

  it('shows in the window why a workspace can’t be opened, and opens another one when chosen', async () => {
    const workspace = temporaryFolder();
    writeFileSync(join(workspace, 'twinlens.sqlite'), 'no database at all, but some text');
    const chosen = temporaryFolder();
    const program = new Program(['.', '--workspace', workspace], { STAND_IN_CHOSEN: chosen });
    await program.until('load');
    expect(await program.request({ url: 'twinlens://app/' })).toMatchObject({
      text: expect.stringMatching(/left untouched[^]*Choose another workspace folder/) as string,
    });
    expect(await program.call('app.info')).toMatchObject({ ok: false, error: { code: 'workspace' } });
    program.send({ act: 'navigate' }); // "Choose another workspace folder…" is one of the two
    await program.until('load', 2);
    expect(await program.call('app.info')).toMatchObject({ ok: true, value: { workspace: chosen } });
    expect(await program.request({ url: 'twinlens://app/' })).toMatchObject({ text: expect.stringContaining('<script') as string });
    expect(readFileSync(join(workspace, 'twinlens.sqlite'), 'utf8')).toMatch(/no database/);
    program.send({ act: 'close' });
    expect(await program.exitCode).toBe(0);
  });

  it('opens a remote workbench without loading a database or another native module', async () => {
    const served = await serve();
    const program = new Program(['.', '--connect', served.url]);
    await program.until('load');
    expect(await program.call('app.info')).toMatchObject({ ok: true, value: { door: 'web', workspace: served.workspace } });
    expect(await program.request({ url: 'twinlens://app/media/thumb/none/0' })).toMatchObject({ status: 404 });
    await importColours(served, 4);
    await expect.poll(() => program.all('sent').some((one) => JSON.stringify(one).includes('"status":"done"'))).toBe(true);
    expect(await program.request({ act: 'natives' })).toEqual([]);
    await served.stop('SIGKILL');
    expect(await program.call('app.info')).toMatchObject({ ok: false, error: { code: 'offline' } });
    program.send({ act: 'close' });
    expect(await program.exitCode).toBe(0);
  });

  it('refuses to be controlled by other programs once it is installed', async () => {
    for (const option of ['--remote-debugging-port=9222', '--remote-debugging-pipe']) {
      const program = new Program(['.', option, '--workspace', temporaryFolder()], { STAND_IN_PACKAGED: '1' });
      expect(await program.exitCode).toBe(2);
      expect(program.all('window')).toEqual([]);
    }
    const fromSource = new Program(['.', '--remote-debugging-port=0', '--workspace', temporaryFolder()]);
    await fromSource.until('load');
  });

  it('leaves a second start to the first', async () => {
    const second = new Program(['.', '--workspace', temporaryFolder()], { STAND_IN_SECOND: '1' });
    expect(await second.exitCode).toBe(0);
    expect(second.all('window')).toEqual([]);
  });
});
