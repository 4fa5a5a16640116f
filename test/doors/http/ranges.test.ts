import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localMedia } from '../../../src/main/doors/electron/screen-protocol.ts';
import { sendMedia } from '../../../src/main/doors/http/media.ts';

const folder = mkdtempSync(join(tmpdir(), 'twinlens ranges 100%25 #'));
const whole = '0123456789';
writeFileSync(join(folder, '.ten%2F.txt'), whole);
writeFileSync(join(folder, 'empty.txt'), '');

const api = {
  media: (name: string) => Promise.resolve({ path: join(folder, name), type: 'text/plain', immutable: false }),
};
const server = createServer((request, response) => {
  void sendMedia(api, decodeURIComponent(request.url!.slice(1)), request, response, new AbortController().signal);
});
beforeAll(() => new Promise<void>((done) => server.listen(0, '127.0.0.1', done)));
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

const DOORS: Record<string, (name: string, init?: RequestInit) => Promise<Response>> = {
  'the loopback server': (name, init) => fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/${encodeURIComponent(name)}`, init),
  'the desktop window': (name, init) => localMedia(api)(name, new Request('http://app/x', init)),
};

/** By RFC 9110, section 14. */
describe.each(Object.entries(DOORS))('a part of a file of 10 bytes, from %s', (_, request) => {
  const ten = (range: string | undefined, init: RequestInit = {}): Promise<Response> =>
    request('.ten%2F.txt', { ...init, headers: range === undefined ? {} : { range } });

  it.each([
    ['bytes=0-0', '0', '0-0'],
    ['bytes=2-5', '2345', '2-5'],
    ['bytes=4-', '456789', '4-9'],
    ['bytes=-3', '789', '7-9'],
    ['bytes=-99', whole, '0-9'],
    ['bytes=8-99', '89', '8-9'],
  ])('%s', async (range, text, sent) => {
    const response = await ten(range);
    expect([response.status, await response.text(), response.headers.get('content-range')]).toEqual([206, text, `bytes ${sent}/10`]);
    expect(response.headers.get('content-length')).toBe(String(text.length));
  });

  it.each(['bytes=10-', 'bytes=-0', 'bytes=5-2'])('%s selects nothing', async (range) => {
    const response = await ten(range);
    expect([response.status, await response.text(), response.headers.get('content-range')]).toEqual([416, '', 'bytes */10']);
  });

  it.each(['bytes=0-1,3-4', 'lines=0-1', '', undefined])('%s selects the whole file', async (range) => {
    const response = await ten(range);
    expect([response.status, await response.text()]).toEqual([200, whole]);
    expect(response.headers.get('accept-ranges')).toBe('bytes');
  });

  it('of an empty file is not satisfiable', async () => {
    for (const range of ['bytes=0-', 'bytes=-1']) expect((await request('empty.txt', { headers: { range } })).status).toBe(416);
    const all = await request('empty.txt');
    expect([all.status, await all.text(), all.headers.get('content-length')]).toEqual([200, '', '0']);
  });

  it('is sent again only if changed, and without a body for HEAD', async () => {
    const first = await ten(undefined, { method: 'HEAD' });
    expect([first.status, await first.text(), first.headers.get('content-length')]).toEqual([200, '', '10']);
    const again = await request('.ten%2F.txt', { headers: { 'if-none-match': first.headers.get('etag')! } });
    expect([again.status, await again.text()]).toEqual([304, '']);
    expect(again.headers.get('content-security-policy')).toMatch(/default-src 'none'/);
    expect((await request('.ten%2F.txt', { headers: { 'if-none-match': '"other"' } })).status).toBe(200);
  });

  it('of a folder or a missing file is answered with a message', async () => {
    for (const name of ['', 'missing.txt']) {
      const response = await request(name);
      expect([response.status, response.headers.get('content-type')]).toEqual([404, 'text/plain; charset=utf-8']);
      expect(await response.text()).toMatch(/not found|no such file/i);
    }
  });
});
