import { setTimeout as wait } from 'node:timers/promises';
import type { Answer } from '../../../shared/bridge.ts';
import { CHANGED } from '../../../shared/changed.ts';
import { EVENT_NAMES, type EventName, type Events } from '../../../shared/contract.ts';
import { AppError, toWireError } from '../../../shared/errors.ts';
import type { Job } from '../../../shared/job.ts';
import { decode, encode } from '../../../shared/wire.ts';
import { contractPrint } from '../../foundation/contract-print.ts';
import { APP_VERSION } from '../../foundation/versions.ts';
import type { AppInfo } from '../../../shared/workbench.ts';
import type { WorkbenchApi } from '../../api/workbench-api.ts';
import type { Listener } from '../../foundation/jobs/events.ts';

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);
const RETRY_MS = 1000;

/** A workbench that another process serves, perhaps on another machine at the end of an ssh line. Nothing of it runs here. */
export interface Connected extends Omit<WorkbenchApi, 'media' | 'choose'> {
  info: AppInfo;
  /** Passes a request for a MediaPath on. */
  media(path: string, request: Request): Promise<Response>;
}

/** Throws AppError 'usage' for an address that can't be one, 'offline' where nothing answers, 'bad-request' where the token is refused. */
export async function connectHouse(address: string): Promise<Connected> {
  const url = URL.canParse(address) ? new URL(address) : null;
  const token = url?.searchParams.get('token');
  if (!url || url.protocol !== 'http:' || !LOOPBACK.has(url.hostname) || !token)
    throw new AppError(
      'usage',
      'The address of a served workbench looks like http://127.0.0.1:PORT/?token=…: take the whole line that "twinlens serve" printed.',
    );
  const line = new Line(url.origin, token);
  const answer = await line.ask('call/app.info', { body: encode({}), headers: { 'content-type': 'application/json' } });
  if (!answer.ok) throw new AppError(answer.error.code, answer.error.message, answer.error.details);
  const info = answer.value as AppInfo;
  if (info.contract !== contractPrint()) throw strangers(url.origin, info);
  const listeners = new Set<Listener>();
  const ended = new AbortController();
  void line.hear((event, payload) => {
    for (const listener of listeners) listener(event, payload);
  }, ended.signal);
  return {
    info,
    call: (name, input, signal) =>
      line.ask(`call/${encodeURIComponent(name)}`, { body: encode(input), headers: { 'content-type': 'application/json' } }, signal ?? undefined),
    on: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    receive: async (name, bytes) => {
      const headers = { 'content-type': 'application/octet-stream', 'x-file-name': encodeURIComponent(name.toWellFormed()) };
      const received = await line.ask('receive', { body: new Uint8Array(bytes), headers });
      if (!received.ok) throw new AppError(received.error.code, received.error.message, received.error.details);
      return received.value as string;
    },
    media: (path, request) => line.media(path, request),
    busy: () => 0, // the work goes on there, whatever this window does
    close: () => {
      ended.abort();
      return Promise.resolve();
    },
  };
}

/** Half understood is worse than not at all: a setting might be dropped, a button do nothing. */
function strangers(origin: string, { version }: AppInfo): AppError {
  const which =
    version === APP_VERSION ? `both are Twinlens ${version}, but built differently` : `it is Twinlens ${version}, this window is ${APP_VERSION}`;
  return new AppError(
    'bad-request',
    `The workbench at ${origin} and this window do not understand each other: ${which}. Install the same version on both machines, or open the address in a browser.`,
    { origin, version },
  );
}

class Line {
  private readonly origin: string;
  private readonly authorization: string;

  constructor(origin: string, token: string) {
    this.origin = origin;
    this.authorization = `Bearer ${token}`;
  }

  async ask(address: string, request: { body: BodyInit; headers: Record<string, string> }, signal?: AbortSignal): Promise<Answer> {
    try {
      const headers = { ...request.headers, authorization: this.authorization };
      const response = await fetch(`${this.origin}/${address}`, { method: 'POST', body: request.body, headers, ...(signal ? { signal } : {}) });
      return decode(await response.text()) as Answer;
    } catch (error) {
      const why = signal?.aborted
        ? new AppError('cancelled', 'Cancelled.')
        : new AppError(
            'offline',
            `${this.origin} does not answer. Check that "twinlens serve" and the line to it still run, and try again.`,
            {},
            error,
          );
      return { ok: false, error: toWireError(why) };
    }
  }

  async media(path: string, request: Request): Promise<Response> {
    const headers: Record<string, string> = { authorization: this.authorization };
    for (const name of ['range', 'if-none-match']) if (request.headers.has(name)) headers[name] = request.headers.get(name)!;
    try {
      return await fetch(`${this.origin}/media/${path}`, { method: request.method, headers, signal: request.signal });
    } catch {
      return new Response(`${this.origin} does not answer.`, { status: 502 });
    }
  }

  /** Events until `ended`; after a broken line everything is told anew, since it is not known what was missed. */
  async hear(tell: Listener, ended: AbortSignal): Promise<void> {
    for (let first = true; !ended.aborted; first = false) {
      try {
        const response = await fetch(`${this.origin}/events`, { headers: { authorization: this.authorization }, signal: ended });
        if (response.ok && response.body) {
          if (!first) await this.catchUp(tell);
          for await (const { event, data } of messagesOf(response.body)) {
            const name = EVENT_NAMES.find((known) => known === event);
            if (name) tell(name, decode(data) as Events[EventName]);
          }
        }
      } catch {
        // Broken off: tried again below.
      }
      await wait(RETRY_MS, undefined, { signal: ended }).catch(() => undefined);
    }
  }

  private async catchUp(tell: Listener): Promise<void> {
    for (const what of CHANGED) tell('changed', { what, id: null });
    const jobs = await this.ask('call/jobs.list', { body: encode({}), headers: { 'content-type': 'application/json' } });
    if (jobs.ok) for (const job of (jobs.value as Job[]).toReversed()) tell('job', job);
  }
}

/** Server-sent events, as far as our own server uses them: an event's name and one line of data. */
export async function* messagesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<{ event: string; data: string }> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body as ReadableStream<Uint8Array> & AsyncIterable<Uint8Array>) {
    rest += decoder.decode(chunk, { stream: true });
    const blocks = rest.split('\n\n');
    rest = blocks.pop()!;
    for (const block of blocks) {
      const lines = block.split('\n');
      const field = (name: string): string => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? '';
      yield { event: field('event'), data: field('data') };
    }
  }
}
