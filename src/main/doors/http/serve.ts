import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { AppError, asAppError, toWireError } from '../../../shared/errors.ts';
import { decode, encode } from '../../../shared/wire.ts';
import type { Answer, WorkbenchApi } from '../../api/workbench-api.ts';
import { bodyOf } from './body.ts';
import { Guard } from './guard.ts';
import { Listeners } from './listeners.ts';
import { mediaAnswer } from './media-answer.ts';
import { COMMON_HEADERS, SCREEN_POLICY, WORDS_POLICY } from './policy.ts';
import { ScreenFiles } from './screen-files.ts';
import { wordsPage } from './words-page.ts';

const CALL_LIMIT = 16 * 2 ** 20; // bytes: a change to 100,000 images is about 1 MB
const RECEIVE_LIMIT = 256 * 2 ** 20; // bytes of a picture that a browser hands over
const AGAIN = '/do/again';
const LOOPBACK = '127.0.0.1'; // never another: the pictures of a workbench are nobody else's

export interface Served {
  /** Opens the workbench; holds the token. */
  url: string;
  /** Answers nothing more; the house itself stays open. */
  close(): Promise<void>;
}

export interface ServeOptions {
  port?: number; // default: any free one
  screen: string; // the folder of the built screen
  token?: string; // default: a new random one
  /** What is shown instead of the screen, now: where the house could not be opened. "Try again" calls `again`. */
  notice?: { sentence(): string | null; again(): Promise<void> };
}

/** The workbench on a loopback port. Throws AppError 'bad-request' where the port can't be had. */
export async function serveHouse(house: WorkbenchApi, { port = 0, screen, token, notice }: ServeOptions): Promise<Served> {
  const door = new HttpDoor(house, new Guard(token), new ScreenFiles(screen), notice);
  const server = createServer((request, response) => {
    void door.answer(request, response);
  });
  await listening(server, port);
  const address = server.address();
  const taken = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://${LOOPBACK}:${taken}/?token=${door.guard.token}`,
    close: async () => {
      door.close();
      const ended = new Promise<void>((done) => server.close(() => done()));
      server.closeIdleConnections();
      const impatience = setTimeout(() => server.closeAllConnections(), 500);
      await ended;
      clearTimeout(impatience);
    },
  };
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((done, failed) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'it is in use' : error.code === 'EACCES' ? 'you are not permitted to use it' : error.message;
      failed(new AppError('bad-request', `Port ${port} can't be used: ${why}. Choose another with --port.`, { port }, error));
    });
    server.listen(port, LOOPBACK, done);
  });
}

/** One workbench, asked by HTTP. */
class HttpDoor {
  readonly guard: Guard;
  private readonly house: WorkbenchApi;
  private readonly screen: ScreenFiles;
  private readonly listeners: Listeners;
  private readonly calls = new Set<AbortController>();
  private readonly notice: ServeOptions['notice'];

  constructor(house: WorkbenchApi, guard: Guard, screen: ScreenFiles, notice: ServeOptions['notice']) {
    this.house = house;
    this.guard = guard;
    this.screen = screen;
    this.notice = notice;
    this.listeners = new Listeners(house);
  }

  close(): void {
    this.listeners.close();
    for (const call of this.calls) call.abort();
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(COMMON_HEADERS)) response.setHeader(name, value);
    response.on('error', () => response.destroy()); // whoever asked has gone
    try {
      await this.route(request, response);
    } catch (error) {
      this.refuse(request, response, 500, asAppError(error));
    }
  }

  /** Addresses are taken as they were sent: a decoded slash or ".." never becomes part of a path here. */
  private async route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [address = '/', query = ''] = (request.url ?? '/').split('?', 2);
    const stranger = this.guard.stranger(request);
    if (stranger) return this.refuse(request, response, stranger.status, new AppError('bad-request', stranger.why));
    const token = new URLSearchParams(query).get('token');
    if (address === '/' && token !== null && this.guard.isToken(token)) {
      // The token leaves the address bar, and with it the history and whatever a person copies from there.
      response.writeHead(303, { location: '/', 'set-cookie': this.guard.setCookie, 'cache-control': 'no-store' }).end();
      return;
    }
    const unknown = this.guard.unknown(request);
    if (unknown) return this.refuse(request, response, unknown.status, new AppError('bad-request', unknown.why));
    const [, room = '', ...rest] = address.split('/');
    const reads = request.method === 'GET' || request.method === 'HEAD';
    if (room === 'call' && request.method === 'POST') return this.call(decodedName(rest.join('/')), request, response);
    if (room === 'receive' && request.method === 'POST') return this.receive(request, response);
    if (room === 'events' && request.method === 'GET') return this.listeners.add(response);
    if (room === 'media' && reads) return this.media(rest.join('/'), request, response);
    if (this.notice && address === AGAIN && reads) {
      await this.notice.again();
      response.writeHead(303, { location: '/', 'cache-control': 'no-store' }).end();
      return;
    }
    if (reads) return this.file(address, response);
    return this.refuse(request, response, 405, new AppError('bad-request', 'Twinlens does not know this kind of request.'));
  }

  /** A request that breaks off cancels its call. */
  private async call(name: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!isJson(request)) return this.refuse(request, response, 415, new AppError('usage', 'A call brings JSON.'));
    const controller = new AbortController();
    this.calls.add(controller);
    response.on('close', () => controller.abort());
    try {
      const body = (await bodyOf(request, CALL_LIMIT)).toString('utf8');
      await this.send(response, await this.house.call(name, body === '' ? {} : decoded(body), controller.signal));
    } catch (error) {
      await this.send(response, { ok: false, error: toWireError(error) });
    } finally {
      this.calls.delete(controller);
    }
  }

  private async receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const bytes = await bodyOf(request, RECEIVE_LIMIT);
      const name = decodedName(String(request.headers['x-file-name'] ?? ''));
      await this.send(response, { ok: true, value: await this.house.receive(name, bytes) });
    } catch (error) {
      await this.send(response, { ok: false, error: toWireError(error) });
    }
  }

  private async media(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { range, 'if-none-match': ifNoneMatch } = request.headers;
    const controller = new AbortController();
    response.on('close', () => controller.abort());
    const asked = { method: request.method ?? 'GET', range, ifNoneMatch, signal: controller.signal };
    const { status, headers, body } = await mediaAnswer(this.house, path, asked);
    response.writeHead(status, headers);
    if (body === null) response.end();
    else if ('text' in body) response.end(request.method === 'HEAD' ? undefined : body.text);
    else {
      await pipeline(body.file.createReadStream(body.range), response).catch(() => response.destroy());
      await body.file.close(); // a stream that ends before it began leaves it open
    }
  }

  private async file(address: string, response: ServerResponse): Promise<void> {
    const sentence = address === '/' ? this.notice?.sentence() : null;
    if (typeof sentence === 'string') {
      response.writeHead(503, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': WORDS_POLICY, 'cache-control': 'no-store' });
      response.end(wordsPage("The workbench can't be opened", sentence, [{ label: 'Try again', href: AGAIN }]));
      return;
    }
    const file = await this.screen.get(address === '/' ? 'index.html' : address.slice(1));
    if (!file) {
      response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8', 'content-security-policy': WORDS_POLICY }).end('There is no such page.');
      return;
    }
    response.writeHead(200, {
      'content-type': file.type,
      'content-length': file.bytes.length,
      'cache-control': file.immutable ? 'private, max-age=31536000, immutable' : 'no-cache',
      'content-security-policy': SCREEN_POLICY,
    });
    response.end(file.bytes);
  }

  private send(response: ServerResponse, answer: Answer): Promise<void> {
    const text = encode(answer);
    response.setHeader('content-type', 'application/json');
    response.setHeader('cache-control', 'no-store');
    return new Promise((done) => {
      response.on('close', done); // also where nobody waits for it any more
      response.end(text, () => done());
    });
  }

  /** In words for a person who opened a page, as an answer for the screen. */
  private refuse(request: IncomingMessage, response: ServerResponse, status: number, error: AppError): void {
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const page = request.headers.accept?.includes('text/html') === true;
    const body = page ? wordsPage('Twinlens', error.message) : encode({ ok: false, error: toWireError(error) } satisfies Answer);
    response.writeHead(status, {
      'content-type': page ? 'text/html; charset=utf-8' : 'application/json',
      'content-security-policy': WORDS_POLICY,
      'cache-control': 'no-store',
      connection: 'close', // what of the request is still to come is not read
    });
    response.end(body);
  }
}

/** A form of another page can't send this type without being asked about first. */
const isJson = (request: IncomingMessage): boolean => /^application\/json\b/i.test(request.headers['content-type'] ?? '');

function decoded(text: string): unknown {
  try {
    return decode(text);
  } catch (error) {
    throw new AppError('usage', 'The call could not be read.', {}, error);
  }
}

/** Empty for one that was not encoded as it must be. */
function decodedName(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
