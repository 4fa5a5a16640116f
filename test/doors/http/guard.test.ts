import { request } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectWorkbench } from '../../../src/main/doors/connect/connect.ts';
import type { WorkbenchApi } from '../../../src/main/api/workbench-api.ts';
import { serveWorkbench, type Served } from '../../../src/main/doors/http/serve.ts';
import { AppError } from '../../../src/shared/errors.ts';
import { decode, encode } from '../../../src/shared/wire.ts';
import { screenFolder } from '../../api/doors.ts';

/** Raw requests with every header chosen, as no browser sends them. */

const calls: [string, unknown][] = [];
const received: [string, number][] = [];
const workbenchApi: WorkbenchApi = {
  call: (name, input) => {
    calls.push([name, input]);
    return Promise.resolve({ ok: true, value: 'done' });
  },
  on: () => () => undefined,
  media: () => Promise.reject(new AppError('not-found', 'There is none.')),
  receive: async (name, content) => {
    let bytes = 0;
    for await (const part of content) bytes += part.length;
    received.push([name, bytes]);
    return '/there';
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

interface Answer {
  status: number;
  headers: NodeJS.Dict<string | string[]>;
  text: string;
}

function send(path: string, headers: Record<string, string> = {}, { method = 'GET', body = '' } = {}): Promise<Answer> {
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
const call = (headers: Record<string, string>): Promise<Answer> => send('/call/app.info', headers, { method: 'POST', body: encode({}) });

describe('access', () => {
  it('exchanges the token for a cookie that scripts cannot read and other sites cannot send', async () => {
    const { status, headers } = await send(`/?token=${token}`);
    expect([status, headers.location]).toEqual([303, '/']);
    const [cookie] = headers['set-cookie'] as string[];
    expect(cookie).toMatch(/^twinlens-\w+=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/$/);
    const shown = cookie!.split(';')[0]!;
    expect((await call({ ...json, cookie: `a=b; ${shown}; c=d` })).status).toBe(200);
    expect((await send('/', { cookie: shown })).text).toContain('<title>screen</title>');
  });

  it.each([
    ['nothing', {}],
    ['a wrong token', { authorization: `Bearer ${'x'.repeat(43)}` }],
    ['an empty token', { authorization: 'Bearer ' }],
    ['a wrong cookie', { cookie: 'twinlens-000000000000=abc' }],
  ])('refuses %s everywhere', async (_, headers) => {
    const before = calls.length;
    for (const path of ['/', '/index.html', '/assets/a-1.js', '/media/thumb/d/0', '/events', '/do/again', '/?token=wrong', '/?token='])
      expect([path, (await send(path, headers)).status]).toEqual([path, 401]);
    expect((await call({ ...json, ...headers })).status).toBe(401);
    expect((await send('/receive', headers, { method: 'POST', body: 'x' })).status).toBe(401);
    expect(calls).toHaveLength(before);
  });

  it.each(['evil.example', `evil.example:1`, '127.0.0.1.evil.example', 'localhost.evil.example:80', '192.168.0.7', '0.0.0.0', 'a b'])(
    'refuses the host %j (DNS rebinding)',
    async (host) => {
      expect((await call({ ...json, ...bearer(), host })).status).toBe(403);
      expect((await send(`/?token=${token}`, { host })).headers['set-cookie']).toBeUndefined();
    },
  );

  it.each(['localhost', 'LOCALHOST:9', '127.0.0.1', '127.0.0.1:4000', '[::1]:80'])(
    'accepts the host %s: a tunnel may use another port',
    async (host) => {
      expect((await call({ ...json, ...bearer(), host })).status).toBe(200);
    },
  );

  it.each(['http://evil.example', 'http://127.0.0.1:1', 'https://127.0.0.1', 'null', 'http://localhost', 'file://'])(
    'refuses the origin %s',
    async (origin) => {
      const host = `127.0.0.1:${port}`;
      expect((await call({ ...json, ...bearer(), host, origin })).status).toBe(403);
      expect((await send('/events', { ...bearer(), host, origin })).status).toBe(403);
    },
  );

  it('refuses embedded resources and calls of other pages, but lets a person follow a link', async () => {
    for (const site of ['cross-site', 'same-site']) {
      expect((await send('/media/thumb/d/0', { ...bearer(), 'sec-fetch-site': site, 'sec-fetch-mode': 'no-cors' })).status).toBe(403);
      expect((await call({ ...json, ...bearer(), 'sec-fetch-site': site })).status).toBe(403);
      const opened = { 'sec-fetch-site': site, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
      // A strict cookie does not follow a redirect from another site: a page of this server leads on.
      const shown = await send(`/?token=${token}`, opened);
      if (site === 'cross-site') expect(shown).toMatchObject({ status: 200, text: expect.stringContaining('content="0;url=/"') as string });
      else expect(shown.status).toBe(303);
      expect(shown.text).not.toContain(token);
      expect((await send('/', { ...bearer(), ...opened, 'sec-fetch-dest': 'iframe' })).status).toBe(403);
    }
    expect((await call({ ...json, ...bearer(), 'sec-fetch-site': 'same-origin' })).status).toBe(200);
  });

  it('refuses content types that a form can send', async () => {
    for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data; boundary=a'])
      expect((await call({ ...bearer(), 'content-type': type })).status).toBe(415);
    expect((await call(bearer())).status).toBe(415);
  });
});

describe('the server', () => {
  it('serves the built screen under a strict policy, and no other file', async () => {
    const page = await send('/', bearer());
    expect(page.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
    });
    const policy = String(page.headers['content-security-policy']);
    for (const part of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'"])
      expect(policy).toContain(part);
    expect(policy).not.toMatch(/unsafe|\*/);
    const frame = String((await send('/report-frame.html', bearer())).headers['content-security-policy']);
    expect(frame).toContain("default-src 'none'; style-src 'unsafe-inline'; img-src data:");
    expect(frame).toContain("frame-ancestors 'self'; sandbox allow-same-origin");
    expect(frame).not.toMatch(/script|\*/);
    expect((await send('/assets/a-1.js', bearer())).headers['content-type']).toMatch(/javascript/);
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
      expect([path, (await send(path, bearer())).status]).toEqual([path, 404]);
  });

  it('answers a person with a page, and the screen with an error of the contract', async () => {
    const words = await send('/', { accept: 'text/html' });
    expect(words.text).toContain('Open the one that Twinlens printed');
    expect(decode((await call(json)).text)).toMatchObject({ ok: false, error: { code: 'bad-request' } });
  });

  it('answers known methods only', async () => {
    for (const [path, method] of [
      ['/call/app.info', 'GET'],
      ['/', 'DELETE'],
      ['/media/x', 'PUT'],
      ['/receive', 'OPTIONS'],
    ] as const)
      expect([method, [404, 405].includes((await send(path, bearer(), { method })).status)]).toEqual([method, true]);
  });

  it('refuses a body that is too large before it is sent, and one that can’t be parsed', async () => {
    const huge = await send('/receive', { ...bearer(), 'content-length': String(2 ** 30) }, { method: 'POST' });
    expect(decode(huge.text)).toMatchObject({ ok: false, error: { code: 'bad-request', message: expect.stringContaining('256 MB') as string } });
    expect(received).toEqual([]);
    for (const body of ['{', '[[', 'null', '[5]', '<x>']) {
      const { status, text } = await send('/call/app.info', { ...bearer(), ...json }, { method: 'POST', body });
      expect([body, status]).toEqual([body, 200]);
      expect(decode(text)).toBeTypeOf('object');
    }
  });

  it('explains the format of a body to a caller that sends plain JSON, with an example that it accepts', async () => {
    const post = (body: string): Promise<Answer> => send('/call/datasets.counts', { ...json, ...bearer() }, { method: 'POST', body });
    const { error } = decode((await post('{"dataset":"sample"}')).text) as { error: { code: string; message: string } };
    expect(error).toMatchObject({ code: 'usage' });
    const [, example] = /is (\[.*\])\./.exec(error.message)!;
    expect(decode(example!)).toEqual({ dataset: 'sample' });
  });

  it('survives bytes that are no HTTP', async () => {
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
  it('is reported when it is in use', async () => {
    await expect(serveWorkbench(workbenchApi, { screen: screenFolder, port })).rejects.toMatchObject({
      code: 'bad-request',
      message: expect.stringContaining('is in use') as string,
    });
  });
});

it('a window does not connect to a workbench with another contract', async () => {
  const older: WorkbenchApi = { ...workbenchApi, call: () => Promise.resolve({ ok: true, value: { version: '0.0.9', contract: 'older' } }) };
  const remote = await serveWorkbench(older, { screen: screenFolder });
  await expect(connectWorkbench(remote.url)).rejects.toMatchObject({
    code: 'bad-request',
    message: expect.stringMatching(/are incompatible: it is Twinlens 0\.0\.9, this window is .* same version on both/) as string,
  });
  await remote.close();
});
