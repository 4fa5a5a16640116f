import type { Answer } from '../../../shared/bridge.ts';
import type { Api, CallInput, CallName, CallResult } from '../../../shared/contract.ts';
import { type EventName, type Events, CHANGED } from '../../../shared/events.ts';
import { AppError, fromWireError } from '../../../shared/errors.ts';
import { decode, encode } from '../../../shared/wire.ts';
import { type BrowserParts, type Connection, EventStream } from './event-stream.ts';

type AnyListener = (payload: never) => void;

/** What a person typed or chose: the browser finishes these requests even if the page is closed or reloaded meanwhile. */
const OUTLIVE_PAGE: ReadonlySet<CallName> = new Set(['settings.set', 'compare.annotate', 'runs.annotate', 'reports.save', 'curation.apply']);
const MAX_OUTLIVING = 60_000; // bytes; browsers allow 64 KiB for all such requests in progress together

const JSON_TYPE = { 'content-type': 'application/json' };

const UNREACHABLE = 'Connection lost. Start Twinlens again if you closed it, then try again.';

/** The workbench over HTTP, at the address that served this page. URLs are relative, so a forwarded port works. */
export class WebClient implements Api {
  private readonly listeners = new Map<EventName, Set<AnyListener>>();
  private readonly connectionListeners = new Set<(connection: Connection) => void>();
  private readonly browser: BrowserParts;
  private stream: EventStream | null = null;
  private connection: Connection = 'open';
  private outliving = 0; // bytes of such requests in progress

  constructor(browser: BrowserParts = thisBrowser()) {
    this.browser = browser;
  }

  async call<N extends CallName>(name: N, input: CallInput<N>, { signal }: { signal?: AbortSignal } = {}): Promise<CallResult<N>> {
    const body = encode(input);
    const bytes = OUTLIVE_PAGE.has(name) ? new TextEncoder().encode(body).length : Infinity;
    const keepalive = this.outliving + bytes <= MAX_OUTLIVING;
    if (keepalive) this.outliving += bytes;
    try {
      return (await this.post(`call/${encodeURIComponent(name)}`, { body, headers: JSON_TYPE, keepalive }, signal)) as CallResult<N>;
    } finally {
      if (keepalive) this.outliving -= bytes;
    }
  }

  on<E extends EventName>(event: E, listener: (payload: Events[E]) => void): () => void {
    const all = this.listeners.get(event) ?? new Set();
    this.listeners.set(event, all.add(listener as AnyListener));
    this.stream ??= this.listen();
    return () => all.delete(listener as AnyListener);
  }

  media(path: string): string {
    return `media/${path}`;
  }

  async fileFor(file: File, group?: string): Promise<string> {
    const name = { 'content-type': 'application/octet-stream', 'x-file-name': encodeURIComponent(file.name.toWellFormed()) };
    const headers = { ...name, ...(group !== undefined && { 'x-file-group': group }) };
    return (await this.post('receive', { body: file, headers })) as string;
  }

  /** Calls the listener now and on every change. Returns the unsubscribe function. */
  onConnection(listener: (connection: Connection) => void): () => void {
    this.connectionListeners.add(listener);
    listener(this.connection);
    this.stream ??= this.listen();
    return () => this.connectionListeners.delete(listener);
  }

  private async post(
    address: string,
    request: { body: BodyInit; headers: Record<string, string>; keepalive?: boolean },
    signal?: AbortSignal,
  ): Promise<unknown> {
    let text: string;
    try {
      const response = await this.browser.fetch(address, { method: 'POST', ...request, ...(signal ? { signal } : {}) });
      text = await response.text();
    } catch (error) {
      if (signal?.aborted) throw new AppError('cancelled', 'Cancelled.');
      throw new AppError('offline', UNREACHABLE, { address }, error);
    }
    const answer = parseAnswer(text, address);
    if (answer.ok) return answer.value;
    throw fromWireError(answer.error);
  }

  private listen(): EventStream {
    return new EventStream(this.browser, {
      onEvent: (event, data) => this.emit(event, decode(data) as Events[typeof event]),
      onConnection: (connection, missed) => {
        this.setConnection(connection);
        if (connection === 'open' && missed) void this.catchUp();
      },
      probe: () =>
        this.browser.fetch('call/app.info', { method: 'POST', body: encode({}), headers: JSON_TYPE }).then(
          (response) => response.status,
          () => 0,
        ),
    });
  }

  /** After a broken connection: reports all stored data as changed and emits every job. */
  private async catchUp(): Promise<void> {
    for (const what of CHANGED) this.emit('changed', { what, id: null });
    const jobs = await this.call('jobs.list', {}).catch(() => []);
    for (const job of jobs.toReversed()) this.emit('job', job);
  }

  private emit<E extends EventName>(event: E, payload: Events[E]): void {
    for (const listener of this.listeners.get(event) ?? []) listener(payload as never);
  }

  private setConnection(connection: Connection): void {
    if (connection === this.connection) return;
    this.connection = connection;
    for (const listener of this.connectionListeners) listener(connection);
  }
}

function parseAnswer(text: string, address: string): Answer {
  try {
    return decode(text) as Answer;
  } catch (error) {
    throw new AppError('offline', UNREACHABLE, { address }, error);
  }
}

/** Web Locks exist on loopback addresses and https only; without them every window opens its own stream. */
const thisBrowser = (): BrowserParts => ({
  fetch: globalThis.fetch.bind(globalThis),
  EventSource: globalThis.EventSource,
  locks: globalThis.navigator.locks,
  BroadcastChannel: globalThis.BroadcastChannel,
});
