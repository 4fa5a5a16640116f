import { request } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectWorkbench } from '../../../src/main/doors/connect/connect.ts';
import type { WorkbenchApi } from '../../../src/main/api/workbench-api.ts';
import { serveWorkbench, type Served } from '../../../src/main/doors/http/serve.ts';
import { AppError } from '../../../src/shared/errors.ts';
import { decode, encode } from '../../../src/shared/wire.ts';
import { screenFolder } from '../../api/doors.ts';

/** Requests as a browser never sends them by itself: raw, with every header chosen. */

const calls: [string, unknown][] = [];
const received: [string, number][] = [];
const workbenchApi: WorkbenchApi = {
  call: (name, input) => {
    calls.push([name, input]);
    return Promise.resolve({ ok: true, value: 'done' });
  },
  on: () => () => undefined,
  media: () => Promise.reject(new AppError('not-found', 'There is none.')),
  receive: (name, bytes) => {
    received.push([name, bytes.length]);
    return Promise.resolve('/there');
  },
  choose: () => Promise.resolve(),
  busy: () => 0,
  close: () => Promise.resolve(),
};

let served: Served;
let port: number;
let token: string;
beforeAll(async () => {
  served = await serveWorkbench(workbenchApi, { screen: screenFolder });
  const url = new URL(served.url);
  port = Number(url.port);
  token = url.searchParams.get('token')!;
});
afterAll(() => served.close());

interface Got {
  status: number;
  headers: NodeJS.Dict<string | string[]>;
  text: string;
}

function ask(path: string, headers: Record<string, string> = {}, { method = 'GET', body = '' } = {}): Promise<Got> {
  return new Promise((done, failed) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => done({ status: response.statusCode!, headers: response.headers, text }));
    });
    sent.on('error', failed);
    sent.end(body);
  });
}

const bearer = (): Record<string, string> => ({ authorization: `Bearer ${token}` });
const json = { 'content-type': 'application/json' };
const call = (headers: Record<string, string>): Promise<Got> => ask('/call/app.info', headers, { method: 'POST', body: encode({}) });

describe('who may come in', () => {
  it('exchanges the token for a cookie that scripts cannot read and other sites cannot send', async () => {
    const { status, headers } = await ask(`/?token=${token}`);
    expect([status, headers.location]).toEqual([303, '/']);
    const [cookie] = headers['set-cookie'] as string[];
    expect(cookie).toMatch(/^twinlens-\w+=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/$/);
    const shown = cookie!.split(';')[0]!;
    expect((await call({ ...json, cookie: `a=b; ${shown}; c=d` })).status).toBe(200);
    expect((await ask('/', { cookie: shown })).text).toContain('<title>screen</title>');
  });

  it.each([
    ['nothing', {}],
    ['a wrong token', { authorization: `Bearer ${'x'.repeat(43)}` }],
    ['an empty token', { authorization: 'Bearer ' }],
    ['a wrong cookie', { cookie: 'twinlens-000000000000=abc' }],
  ])('refuses %s everywhere', async (_, headers) => {
    const before = calls.length;
    for (const path of ['/', '/index.html', '/assets/a-1.js', '/media/thumb/d/0', '/events', '/do/again', '/?token=wrong', '/?token='])
      expect([path, (await ask(path, headers)).status]).toEqual([path, 401]);
    expect((await call({ ...json, ...headers })).status).toBe(401);
    expect((await ask('/receive', headers, { method: 'POST', body: 'x' })).status).toBe(401);
    expect(calls).toHaveLength(before);
  });

  it.each(['evil.example', `evil.example:1`, '127.0.0.1.evil.example', 'localhost.evil.example:80', '192.168.0.7', '0.0.0.0', 'a b'])(
    'refuses the host %j, whose name may have been bent to this machine',
    async (host) => {
      expect((await call({ ...json, ...bearer(), host })).status).toBe(403);
      expect((await ask(`/?token=${token}`, { host })).headers['set-cookie']).toBeUndefined();
    },
  );

  it.each(['localhost', 'LOCALHOST:9', '127.0.0.1', '127.0.0.1:4000', '[::1]:80'])(
    'takes the host %s: a line may come in under another port',
    async (host) => {
      expect((await call({ ...json, ...bearer(), host })).status).toBe(200);
    },
  );

  it.each(['http://evil.example', 'http://127.0.0.1:1', 'https://127.0.0.1', 'null', 'http://localhost', 'file://'])(
    'refuses the origin %s',
    async (origin) => {
      const host = `127.0.0.1:${port}`;
      expect((await call({ ...json, ...bearer(), host, origin })).status).toBe(403);
      expect((await ask('/events', { ...bearer(), host, origin })).status).toBe(403);
    },
  );

  it('refuses what another page of this machine embeds or sends, but lets a person follow a link', async () => {
    for (const site of ['cross-site', 'same-site']) {
      expect((await ask('/media/thumb/d/0', { ...bearer(), 'sec-fetch-site': site, 'sec-fetch-mode': 'no-cors' })).status).toBe(403);
      expect((await call({ ...json, ...bearer(), 'sec-fetch-site': site })).status).toBe(403);
      const opened = { 'sec-fetch-site': site, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
      // A strict cookie does not follow a redirect from another site: a page of this server leads on.
      const shown = await ask(`/?token=${token}`, opened);
      if (site === 'cross-site') expect(shown).toMatchObject({ status: 200, text: expect.stringContaining('content="0;url=/"') as string });
      else expect(shown.status).toBe(303);
      expect(shown.text).not.toContain(token);
      expect((await ask('/', { ...bearer(), ...opened, 'sec-fetch-dest': 'iframe' })).status).toBe(403);
    }
    expect((await call({ ...json, ...bearer(), 'sec-fetch-site': 'same-origin' })).status).toBe(200);
  });

  it('refuses what a form can send', async () => {
    for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data; boundary=a'])
      expect((await call({ ...bearer(), 'content-type': type })).status).toBe(415);
    expect((await call(bearer())).status).toBe(415);
  });
});

describe('what comes out', () => {
  it('is the built screen under a strict policy, and no file beside it', async () => {
    const page = await ask('/', bearer());
    expect(page.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
    });
    const policy = String(page.headers['content-security-policy']);
    for (const part of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'"])
      expect(policy).toContain(part);
    expect(policy.match(/script-src[^;]*/)![0]).not.toMatch(/unsafe|\*/);
    expect((await ask('/assets/a-1.js', bearer())).headers['content-type']).toMatch(/javascript/);
    for (const path of [
      '/../doors.ts',
      '/assets/../../doors.ts',
      '/%2e%2e/doors.ts',
      '/assets/..%2f..%2fdoors.ts',
      '//etc/passwd',
      '/assets',
      '/assets/',
      '/C:/x',
    ])
      expect([path, (await ask(path, bearer())).status]).toEqual([path, 404]);
  });

  it('is an answer in words for a person, and in the contract for the screen', async () => {
    const words = await ask('/', { accept: 'text/html' });
    expect(words.text).toContain('Open the one that Twinlens printed');
    expect(decode((await call(json)).text)).toMatchObject({ ok: false, error: { code: 'bad-request' } });
  });

  it('answers only the methods that it knows', async () => {
    for (const [path, method] of [
      ['/call/app.info', 'GET'],
      ['/', 'DELETE'],
      ['/media/x', 'PUT'],
      ['/receive', 'OPTIONS'],
    ] as const)
      expect([method, [404, 405].includes((await ask(path, bearer(), { method })).status)]).toEqual([method, true]);
  });

  it('refuses what is too large before it is sent, and what can not be read', async () => {
    const huge = await ask('/receive', { ...bearer(), 'content-length': String(2 ** 30) }, { method: 'POST' });
    expect(decode(huge.text)).toMatchObject({ ok: false, error: { code: 'bad-request', message: expect.stringContaining('256 MB') as string } });
    expect(received).toEqual([]);
    for (const body of ['{', '[[', 'null', '[5]', '<x>']) {
      const { status, text } = await ask('/call/app.info', { ...bearer(), ...json }, { method: 'POST', body });
      expect([body, status]).toEqual([body, 200]);
      expect(decode(text)).toBeTypeOf('object');
    }
  });

  it('explains the format of a body to a caller that sends plain JSON, with an example that it accepts', async () => {
    const post = (body: string): Promise<Got> => ask('/call/datasets.counts', { ...json, ...bearer() }, { method: 'POST', body });
    const { error } = decode((await post('{"dataset":"sample"}')).text) as { error: { code: string; message: string } };
    expect(error).toMatchObject({ code: 'usage' });
    const [, example] = /is (\[.*\])\./.exec(error.message)!;
    expect(decode(example!)).toEqual({ dataset: 'sample' });
  });

  it('outlives what is no HTTP at all', async () => {
    await new Promise<void>((done) => {
      const socket = connect(port, '127.0.0.1', () => socket.end('\u0000\u0001 nonsense\r\n\r\n'));
      socket.on('close', () => done());
      socket.on('error', () => undefined);
      socket.resume();
    });
    expect((await call({ ...json, ...bearer() })).status).toBe(200);
  });
});

describe('the port', () => {
  it('is refused in words when it is taken', async () => {
    await expect(serveWorkbench(workbenchApi, { screen: screenFolder, port })).rejects.toMatchObject({
      code: 'bad-request',
      message: expect.stringContaining('is in use') as string,
    });
  });
});

it('a window does not connect to a workbench that it would only half understand', async () => {
  const older: WorkbenchApi = { ...workbenchApi, call: () => Promise.resolve({ ok: true, value: { version: '0.0.9', contract: 'of before' } }) };
  const there = await serveWorkbench(older, { screen: screenFolder });
  await expect(connectWorkbench(there.url)).rejects.toMatchObject({
    code: 'bad-request',
    message: expect.stringMatching(/are incompatible: it is Twinlens 0\.0\.9, this window is .* same version on both/) as string,
  });
  await there.close();
});
