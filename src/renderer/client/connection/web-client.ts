import type { Answer } from '../../../shared/bridge.ts';
import type { Api, CallInput, CallName, CallResult, EventName, Events } from '../../../shared/contract.ts';
import { CHANGED } from '../../../shared/changed.ts';
import { AppError, fromWireError } from '../../../shared/errors.ts';
import { decode, encode } from '../../../shared/wire.ts';
import { type BrowserParts, type Connection, EventStream } from './event-stream.ts';

type AnyListener = (payload: never) => void;

const JSON_TYPE = { 'content-type': 'application/json' };

const UNREACHABLE = 'Twinlens does not answer. Check that it still runs, on this machine or at the other end of the line, and try again.';

/** The workbench by HTTP, from the place that served this page. Addresses are relative, so that a forwarded port works. */
export class WebClient implements Api {
  private readonly listeners = new Map<EventName, Set<AnyListener>>();
  private readonly watchers = new Set<(connection: Connection) => void>();
  private readonly browser: BrowserParts;
  private line: EventStream | null = null;
  private connection: Connection = 'open';

  constructor(browser: BrowserParts = thisBrowser()) {
    this.browser = browser;
  }

  async call<N extends CallName>(name: N, input: CallInput<N>, { signal }: { signal?: AbortSignal } = {}): Promise<CallResult<N>> {
    const body = encode(input);
    return (await this.ask(`call/${encodeURIComponent(name)}`, { body, headers: JSON_TYPE }, signal)) as CallResult<N>;
  }

  on<E extends EventName>(event: E, listener: (payload: Events[E]) => void): () => void {
    const all = this.listeners.get(event) ?? new Set();
    this.listeners.set(event, all.add(listener as AnyListener));
    this.line ??= this.listen();
    return () => all.delete(listener as AnyListener);
  }

  media(path: string): string {
    return `media/${path}`;
  }

  async fileFor(file: File): Promise<string> {
    const headers = { 'content-type': 'application/octet-stream', 'x-file-name': encodeURIComponent(file.name.toWellFormed()) };
    return (await this.ask('receive', { body: file, headers })) as string;
  }

  /** Called at once with how it stands, and with each change. Returns what ends the listening. */
  onConnection(watcher: (connection: Connection) => void): () => void {
    this.watchers.add(watcher);
    watcher(this.connection);
    this.line ??= this.listen();
    return () => this.watchers.delete(watcher);
  }

  private async ask(address: string, request: { body: BodyInit; headers: Record<string, string> }, signal?: AbortSignal): Promise<unknown> {
    let text: string;
    try {
      const response = await this.browser.fetch(address, { method: 'POST', ...request, ...(signal ? { signal } : {}) });
      text = await response.text();
    } catch (error) {
      if (signal?.aborted) throw new AppError('cancelled', 'Cancelled.');
      throw new AppError('offline', UNREACHABLE, { address }, error);
    }
    const answer = answerFrom(text, address);
    if (answer.ok) return answer.value;
    throw fromWireError(answer.error);
  }

  private listen(): EventStream {
    return new EventStream(this.browser, {
      heard: (event, data) => this.tell(event, decode(data) as Events[typeof event]),
      stands: (connection, missed) => {
        this.is(connection);
        if (connection === 'open' && missed) void this.catchUp();
      },
      probe: () =>
        this.browser.fetch('call/app.info', { method: 'POST', body: encode({}), headers: JSON_TYPE }).then(
          (response) => response.status,
          () => 0,
        ),
    });
  }

  /** What was missed while the line was broken: everything stored is asked for anew, and every job told again. */
  private async catchUp(): Promise<void> {
    for (const what of CHANGED) this.tell('changed', { what, id: null });
    const jobs = await this.call('jobs.list', {}).catch(() => []);
    for (const job of jobs.toReversed()) this.tell('job', job);
  }

  private tell<E extends EventName>(event: E, payload: Events[E]): void {
    for (const listener of this.listeners.get(event) ?? []) listener(payload as never);
  }

  private is(connection: Connection): void {
    if (connection === this.connection) return;
    this.connection = connection;
    for (const watcher of this.watchers) watcher(connection);
  }
}

function answerFrom(text: string, address: string): Answer {
  try {
    return decode(text) as Answer;
  } catch (error) {
    throw new AppError('offline', UNREACHABLE, { address }, error);
  }
}

/** Locks are there on loopback addresses and https alone; without them every window listens for itself. */
const thisBrowser = (): BrowserParts => ({
  fetch: globalThis.fetch.bind(globalThis),
  EventSource: globalThis.EventSource,
  locks: globalThis.navigator.locks,
  BroadcastChannel: globalThis.BroadcastChannel,
});
