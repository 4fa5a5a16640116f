import { describe, expect, it } from 'vitest';
import { attachIpc, type IpcEvent, type IpcMain } from '../../../src/main/doors/electron/ipc.ts';
import { pathBelowOrigin, type Notice, ORIGIN, screenProtocol } from '../../../src/main/doors/electron/screen-protocol.ts';
import { ScreenFiles } from '../../../src/main/doors/http/screen-files.ts';
import { type Answer, CHANNELS } from '../../../src/shared/bridge.ts';
import { screenFolder } from '../../api/doors.ts';

const paths: string[] = [];
const media = (path: string): Promise<Response> => {
  paths.push(path);
  return Promise.resolve(new Response('image'));
};
const open = (notice: Notice | null = null) => screenProtocol(new ScreenFiles(screenFolder), media, () => notice);

describe('the protocol of the desktop window', () => {
  it('serves the built screen under a strict policy', async () => {
    for (const address of ['/', '/index.html', '/?x=1', '/#/compare']) {
      const page = await open()(new Request(ORIGIN + address));
      expect(await page.text()).toContain('<title>screen</title>');
      expect(page.headers.get('content-security-policy')).toMatch(/default-src 'none'; script-src 'self'; style-src 'self';/);
    }
    const frame = await open()(new Request(`${ORIGIN}/report-frame.html`));
    expect(frame.headers.get('content-security-policy')).toMatch(/sandbox allow-same-origin$/);
  });

  it('passes on the rest of an address under media/ undecoded', async () => {
    await open()(new Request(`${ORIGIN}/media/file/%2Fhome%2Fa%20b%3F.png?x`));
    expect(paths.at(-1)).toBe('file/%2Fhome%2Fa%20b%3F.png');
  });

  it('serves no other file and no other origin', async () => {
    for (const address of ['/../doors.ts', '/..%2Fdoors.ts', '/assets/%2e%2e/%2e%2e/doors.ts', '/nothing', '/assets'])
      expect([address, (await open()(new Request(ORIGIN + address))).status]).toEqual([address, 404]);
    for (const url of ['twinlens://other/index.html', 'twinlens://app.evil/', 'https://app/', 'file:///etc/passwd'])
      expect(pathBelowOrigin(url)).toBeNull();
    expect((await open()(new Request(`${ORIGIN}/`, { method: 'POST' }))).status).toBe(404);
  });

  it('shows a notice instead of the screen, its text escaped', async () => {
    const notice = {
      heading: 'No',
      sentence: 'The folder <img src=x onerror=alert(1)> "x" is read-only.',
      actions: [{ label: 'Try again', href: `${ORIGIN}/do/again` }],
    };
    const page = await open(notice)(new Request(`${ORIGIN}/`));
    const text = await page.text();
    expect(text).not.toContain('<img');
    expect(text).toContain('&lt;img src=x onerror=alert(1)&gt; &quot;x&quot; is read-only.');
    expect(text).toContain(`href="${ORIGIN}/do/again"`);
    expect(page.headers.get('content-security-policy')).not.toContain('script-src');
  });
});

describe('messages from a window', () => {
  it('are accepted only from the screen itself', async () => {
    const handlers = new Map<string, (event: IpcEvent, ...args: unknown[]) => unknown>();
    const ipc: IpcMain = { handle: (channel, f) => void handlers.set(channel, f), on: (channel, f) => void handlers.set(channel, f) };
    const calls: string[] = [];
    const signals: AbortSignal[] = [];
    const workbenchApi = {
      call: (name: string, _: unknown, signal?: AbortSignal): Promise<Answer> => {
        calls.push(name);
        signals.push(signal!);
        return new Promise((done) => signal!.addEventListener('abort', () => done({ ok: true, value: null })));
      },
      receive: () => Promise.resolve('/there'),
    };
    const screen: IpcEvent = { sender: { id: 1 } };
    const frame: IpcEvent = { sender: { id: 1 } };
    const door = attachIpc(ipc, workbenchApi, { isOurs: (event) => event === screen });
    const call = (event: IpcEvent, ...args: unknown[]) => handlers.get(CHANNELS.call)!(event, ...args) as Promise<Answer>;

    expect(await call(frame, 't1', 'app.info', {})).toMatchObject({ ok: false, error: { code: 'bad-request' } });
    expect(await call(screen, 5, 'app.info', {})).toMatchObject({ ok: false });
    expect(await handlers.get(CHANNELS.file)!(frame, { path: '/x' })).toMatchObject({ ok: false });
    expect(await handlers.get(CHANNELS.file)!(screen, { path: 5 })).toMatchObject({ ok: false });
    expect(calls).toEqual([]);

    const waiting = call(screen, 't2', 'app.info', {});
    handlers.get(CHANNELS.cancel)!(frame, 't2');
    handlers.get(CHANNELS.cancel)!(screen, 't9');
    expect(signals[0]!.aborted).toBe(false);
    door.forget({ id: 2 });
    expect(signals[0]!.aborted).toBe(false);
    door.forget({ id: 1 }); // the window shows a new page
    expect(signals[0]!.aborted).toBe(true);
    await waiting;
  });
});
