import { Readable } from 'node:stream';
import { createEventSource } from 'eventsource-client';
import { CHANGED, EVENT_NAMES, type EventName, type Events } from '../../../shared/events.ts';
import { AppError, fromWireError, toWireError } from '../../../shared/errors.ts';
import type { Job } from '../../../shared/job.ts';
import { decode } from '../../../shared/wire.ts';
import { Channel } from '../../rpc/channel.ts';
import { connectHttp, post } from '../../rpc/http.ts';
import { contractFingerprint } from '../../foundation/contract-fingerprint.ts';
import { addSecret } from '../../foundation/log/redact.ts';
import { APP_VERSION } from '../../foundation/versions.ts';
import type { AppInfo } from '../../../shared/workbench.ts';
import type { WorkbenchApi } from '../../api/workbench-api.ts';
import type { Listener } from '../../foundation/jobs/events.ts';

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** A workbench in another process, perhaps on another computer through an ssh tunnel. No service runs in this process. */
export interface RemoteWorkbench extends Omit<WorkbenchApi, 'media' | 'choose'> {
  info: AppInfo;
  /** Forwards a request for a MediaPath. */
  media(path: string, request: Request): Promise<Response>;
}

/** Calls of the contract by name. Their types are checked where the answer is used. */
type Calls = Record<string, { args: unknown; result: unknown }>;

/** Throws AppError 'usage' for a malformed address, 'offline' if nothing answers, 'bad-request' if the token or the version is refused. */
export async function connectWorkbench(address: string): Promise<RemoteWorkbench> {
  const url = URL.canParse(address) ? new URL(address) : null;
  const token = url?.searchParams.get('token');
  if (!url || url.protocol !== 'http:' || !LOOPBACK.has(url.hostname) || !token)
    throw new AppError(
      'usage',
      'The address of a served workbench looks like http://127.0.0.1:PORT/?token=…: copy the whole line that "twinlens serve" printed.',
    );
  const { origin } = url;
  addSecret(token);
  const channel = new Channel<Calls>(
    () => connectHttp(origin, token),
    () => new AppError('offline', `${origin} does not answer.`),
  );
  const info = (await channel.ask('app.info', {})) as AppInfo;
  if (info.contract !== contractFingerprint()) throw incompatible(origin, info);
  const listeners = new Set<Listener>();
  const emit: Listener = (event, payload) => {
    for (const listener of listeners) listener(event, payload);
  };
  const events = listenToEvents(origin, token, emit, () => catchUp(channel, emit));
  return {
    info,
    call: async (name, input, signal) => {
      try {
        return { ok: true, value: await channel.ask(name, input, { signal }) };
      } catch (error) {
        return { ok: false, error: toWireError(error) };
      }
    },
    on: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    receive: async (name, content, group) => {
      const named = { 'content-type': 'application/octet-stream', 'x-file-name': encodeURIComponent(name.toWellFormed()) };
      const headers = { ...named, ...(group !== undefined && { 'x-file-group': group }) };
      const answer = await post(origin, token, 'receive', {
        body: Readable.toWeb(Readable.from(content, { objectMode: false })) as BodyInit,
        headers,
      });
      if (!answer.ok) throw fromWireError(answer.error);
      return answer.value as string;
    },
    media: (path, request) => forwardMedia(origin, token, path, request),
    busy: () => 0, // jobs on the server continue when this window closes
    close: async () => {
      events.close();
      await channel.end();
    },
  };
}

/** Refuses a server with another contract: settings could be dropped and buttons could do nothing. */
function incompatible(origin: string, { version }: AppInfo): AppError {
  const which =
    version === APP_VERSION ? `both are Twinlens ${version}, but built differently` : `it is Twinlens ${version}, this window is ${APP_VERSION}`;
  return new AppError(
    'bad-request',
    `The workbench at ${origin} and this window are incompatible: ${which}. Install the same version on both machines, or open the address in a browser.`,
    { origin, version },
  );
}

/** Server-sent events, connected again after a break. `onReconnect`: some may have been missed. */
function listenToEvents(origin: string, token: string, emit: Listener, onReconnect: () => Promise<void>): { close(): void } {
  let connections = 0;
  return createEventSource({
    url: `${origin}/events`,
    headers: { authorization: `Bearer ${token}` },
    fetch: async (url, init) => {
      const response = await fetch(url, init as RequestInit);
      if (!response.ok) throw new Error(`Events were refused with status ${response.status}.`); // the client retries
      return response;
    },
    onConnect: () => {
      if (connections++ > 0) void onReconnect();
    },
    onMessage: ({ event, data }) => {
      const name = EVENT_NAMES.find((known) => known === event);
      if (name) emit(name, decode(data) as Events[EventName]);
    },
  });
}

/** Events may have been missed: reports all stored data as changed and emits every job. */
async function catchUp(channel: Channel<Calls>, emit: Listener): Promise<void> {
  for (const what of CHANGED) emit('changed', { what, id: null });
  const jobs = (await channel.ask('jobs.list', {}).catch(() => [])) as Job[];
  for (const job of jobs.toReversed()) emit('job', job);
}

async function forwardMedia(origin: string, token: string, path: string, request: Request): Promise<Response> {
  const headers: Record<string, string> = { authorization: `Bearer ${token}` };
  for (const name of ['range', 'if-none-match']) if (request.headers.has(name)) headers[name] = request.headers.get(name)!;
  try {
    return await fetch(`${origin}/media/${path}`, { method: request.method, headers, signal: request.signal });
  } catch {
    return new Response(`${origin} does not answer.`, { status: 502 });
  }
}
