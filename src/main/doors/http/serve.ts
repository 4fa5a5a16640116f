import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { AppError, toWireError, type WireError } from '../../../shared/errors.ts';
import { decode, encode } from '../../../shared/wire.ts';
import type { Answer, WorkbenchApi } from '../../api/workbench-api.ts';
import { addSecret } from '../../foundation/log/redact.ts';
import { reportError, sentenceWithLog } from '../../foundation/log/report-error.ts';
import { RunningTasks } from '../../rpc/running-tasks.ts';
import { bodyOf, bodyParts } from './body.ts';
import { Guard } from './guard.ts';
import { EventStreams } from './event-streams.ts';
import { sendMedia } from './media.ts';
import { COMMON_HEADERS, MESSAGE_POLICY } from './policy.ts';
import { ScreenFiles } from './screen-files.ts';
import { cacheControlOf, sendFile } from './send-file.ts';
import { messagePage } from './message-page.ts';
import { redirectPage } from './redirect-page.ts';

const CALL_LIMIT = 16 * 2 ** 20; // bytes; an edit of 100,000 images is about 1 MB
const RECEIVE_LIMIT = 256 * 2 ** 20; // bytes of an uploaded file
const RETRY = '/do/again';
const LOOPBACK = '127.0.0.1'; // the only address: images must not leave this machine

export interface Served {
  /** The address of the workbench, with the token. */
  url: string;
  /** Stops answering; the workbench itself stays open. */
  close(): Promise<void>;
}

export interface ServeOptions {
  port?: number; // default: any free one
  screen: string; // the folder of the built screen
  token?: string; // default: a new random one
  /** A browser has exchanged the token for its cookie. */
  onOpened?: () => void;
  /** A message shown instead of the screen while the workbench can't be opened. "Try again" calls `retry`. */
  notice?: { sentence(): string | null; retry(): Promise<void> };
}

/**
 * How long an idle connection stays open. Node's default is 5 s: on a loaded machine it ended while a client sent its next request, which
 * then failed with ECONNRESET.
 */
const KEEP_ALIVE_MS = 75_000;

/** Serves the workbench on a loopback port. Throws AppError 'bad-request' if the port can't be used. */
export async function serveWorkbench(api: WorkbenchApi, { port = 0, screen, token, notice, onOpened }: ServeOptions): Promise<Served> {
  const guard = new Guard(token);
  addSecret(guard.token);
  const door = new HttpDoor(api, guard, new ScreenFiles(screen), notice, onOpened);
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    void door.answer(request, response);
  });
  await listen(server, port);
  const address = server.address();
  const actualPort = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://${LOOPBACK}:${actualPort}/?token=${door.guard.token}`,
    close: async () => {
      door.close();
      const ended = new Promise<void>((done) => server.close(() => done()));
      server.closeIdleConnections();
      const closeTimer = setTimeout(() => server.closeAllConnections(), 500);
      await ended;
      clearTimeout(closeTimer);
    },
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((done, failed) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'it is in use' : error.code === 'EACCES' ? 'you are not permitted to use it' : error.message;
      failed(new AppError('bad-request', `Port ${port} can't be used: ${why}. Choose another port.`, { port, flags: ['--port PORT'] }, error));
    });
    server.listen(port, LOOPBACK, done);
  });
}

/** One workbench over HTTP. */
class HttpDoor {
  readonly guard: Guard;
  private readonly api: WorkbenchApi;
  private readonly screen: ScreenFiles;
  private readonly events: EventStreams;
  private readonly calls = new RunningTasks<ServerResponse>();
  private readonly notice: ServeOptions['notice'];
  private readonly onOpened: ServeOptions['onOpened'];

  constructor(api: WorkbenchApi, guard: Guard, screen: ScreenFiles, notice: ServeOptions['notice'], onOpened: ServeOptions['onOpened']) {
    this.api = api;
    this.guard = guard;
    this.screen = screen;
    this.notice = notice;
    this.onOpened = onOpened;
    this.events = new EventStreams(api);
  }

  close(): void {
    this.events.close();
    this.calls.cancelAll();
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(COMMON_HEADERS)) response.setHeader(name, value);
    response.on('error', () => response.destroy()); // the client has gone
    try {
      await this.route(request, response);
    } catch (error) {
      this.refuse(request, response, 500, reportError(error, { door: 'http' }));
    }
  }

  /** Addresses are not decoded, so an encoded slash or ".." never becomes part of a path. */
  private async route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [address = '/', query = ''] = (request.url ?? '/').split('?', 2);
    const foreign = this.guard.refuseForeignOrigin(request);
    if (foreign) return this.refuse(request, response, foreign.status, badRequest(foreign.why));
    const token = new URLSearchParams(query).get('token');
    if (address === '/' && token !== null && this.guard.isToken(token)) return this.exchangeToken(request, response);
    const unauthorized = this.guard.refuseWithoutToken(request);
    if (unauthorized) return this.refuse(request, response, unauthorized.status, badRequest(unauthorized.why));
    const [, kind = '', ...rest] = address.split('/');
    const reads = request.method === 'GET' || request.method === 'HEAD';
    if (kind === 'call' && request.method === 'POST') return this.call(decodeName(rest.join('/')), request, response);
    if (kind === 'receive' && request.method === 'POST') return this.receive(request, response);
    if (kind === 'events' && request.method === 'GET') return this.events.add(response);
    if (kind === 'media' && reads) return this.media(rest.join('/'), request, response);
    if (this.notice && address === RETRY && reads) {
      await this.notice.retry();
      response.writeHead(303, { location: '/', 'cache-control': 'no-store' }).end();
      return;
    }
    if (reads) return this.file(address, request, response);
    return this.refuse(request, response, 405, badRequest('Twinlens does not support this kind of request.'));
  }

  /** Token for cookie. Removes the token from the address bar, and so from the history and from whatever a person copies there. */
  private exchangeToken(request: IncomingMessage, response: ServerResponse): void {
    const headers = { 'set-cookie': this.guard.setCookie, 'cache-control': 'no-store' };
    this.onOpened?.();
    // From another page, such as the redirect file, a browser does not send a SameSite=Strict cookie along a redirect; from a
    // page of this server it does.
    if (request.headers['sec-fetch-site'] === 'cross-site')
      response
        .writeHead(200, { ...headers, 'content-type': 'text/html; charset=utf-8', 'content-security-policy': MESSAGE_POLICY })
        .end(redirectPage('/'));
    else response.writeHead(303, { ...headers, location: '/' }).end();
  }

  /** An aborted request cancels its call. */
  private async call(name: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!isJson(request))
      return this.refuse(request, response, 415, toWireError(new AppError('usage', 'A call needs the header "content-type: application/json".')));
    response.on('close', () => this.calls.cancel(response));
    try {
      const answer = await this.calls.run(response, async (signal) => {
        const body = (await bodyOf(request, CALL_LIMIT)).toString('utf8');
        return this.api.call(name, body === '' ? {} : parseBody(body), signal);
      });
      await this.send(response, answer);
    } catch (error) {
      await this.send(response, { ok: false, error: reportError(error, { door: 'http' }) });
    }
  }

  private async receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const name = decodeName(String(request.headers['x-file-name'] ?? ''));
      const group = request.headers['x-file-group'];
      const path = await this.api.receive(name, bodyParts(request, RECEIVE_LIMIT), group === undefined ? undefined : String(group));
      await this.send(response, { ok: true, value: path });
    } catch (error) {
      await this.send(response, { ok: false, error: reportError(error, { door: 'http' }) });
    }
  }

  private async media(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('close', () => this.calls.cancel(response));
    await this.calls.run(response, (signal) => sendMedia(this.api, path, request, response, signal));
  }

  private async file(address: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const sentence = address === '/' ? this.notice?.sentence() : null;
    if (typeof sentence === 'string') {
      response.writeHead(503, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': MESSAGE_POLICY, 'cache-control': 'no-store' });
      response.end(messagePage("The workbench can't be opened", sentence, [{ label: 'Try again', href: RETRY }]));
      return;
    }
    const file = this.screen.get(address === '/' ? 'index.html' : address.slice(1));
    if (!file) {
      response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8', 'content-security-policy': MESSAGE_POLICY }).end('Page not found.');
      return;
    }
    const cacheControl = file.immutable ? cacheControlOf(true) : 'no-cache';
    await sendFile(request, response, { ...file, cacheControl });
  }

  private send(response: ServerResponse, answer: Answer): Promise<void> {
    const text = encode(answer);
    response.setHeader('content-type', 'application/json');
    response.setHeader('cache-control', 'no-store');
    return new Promise((done) => {
      response.on('close', done); // also if the client has disconnected
      response.end(text, () => done());
    });
  }

  /** Answers with a page for a browser's navigation, else with an error for the screen. */
  private refuse(request: IncomingMessage, response: ServerResponse, status: number, error: WireError): void {
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const page = request.headers.accept?.includes('text/html') === true;
    const body = page ? messagePage('Twinlens', sentenceWithLog(error)) : encode({ ok: false, error } satisfies Answer);
    response.writeHead(status, {
      'content-type': page ? 'text/html; charset=utf-8' : 'application/json',
      'content-security-policy': MESSAGE_POLICY,
      'cache-control': 'no-store',
      connection: 'close', // the rest of the request is not read
    });
    response.end(body);
  }
}

const BODY_FORMAT =
  'The body is not in the format of devalue (npm), in which {"dataset":"sample"} is [{"dataset":1},"sample"]. Encode the input with devalue\'s stringify.';

/** A form of another page can't send this type without a preflight request. */
const isJson = (request: IncomingMessage): boolean => /^application\/json\b/i.test(request.headers['content-type'] ?? '');

function parseBody(text: string): unknown {
  try {
    return decode(text);
  } catch (error) {
    throw new AppError('usage', BODY_FORMAT, {}, error);
  }
}

/** Empty for a malformed encoding. */
function decodeName(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

const badRequest = (why: string): WireError => toWireError(new AppError('bad-request', why));
