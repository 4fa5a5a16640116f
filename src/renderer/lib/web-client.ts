import type { Answer } from '../../shared/bridge.ts';
import type { Api, CallInput, CallName, CallResult, EventName, Events } from '../../shared/contract.ts';
import { EVENT_NAMES } from '../../shared/events.ts';
import { CHANGED } from '../../shared/changed.ts';
import { AppError, fromWireError } from '../../shared/errors.ts';
import { decode, encode } from '../../shared/wire.ts';

/** Whether the workbench can be heard: 'lost' while it is tried again, 'closed' where this page's address is no longer valid. */
export type Connection = 'open' | 'lost' | 'closed';

type AnyListener = (payload: never) => void;

const UNREACHABLE = 'Twinlens does not answer. Check that it still runs, on this machine or at the other end of the line, and try again.';

/** What of the browser is used. */
export interface BrowserParts {
  fetch: typeof fetch;
  EventSource: typeof EventSource;
}

/** The workbench by HTTP, from the place that served this page. Addresses are relative, so that a forwarded port works. */
export class WebClient implements Api {
  private readonly listeners = new Map<EventName, Set<AnyListener>>();
  private readonly watchers = new Set<(connection: Connection) => void>();
  private readonly browser: BrowserParts;
  private source: EventSource | null = null;
  private connection: Connection = 'open';

  constructor(browser: BrowserParts = { fetch: globalThis.fetch.bind(globalThis), EventSource: globalThis.EventSource }) {
    this.browser = browser;
  }

  async call<N extends CallName>(name: N, input: CallInput<N>, { signal }: { signal?: AbortSignal } = {}): Promise<CallResult<N>> {
    const body = encode(input);
    return (await this.ask(`call/${encodeURIComponent(name)}`, { body, headers: { 'content-type': 'application/json' } }, signal)) as CallResult<N>;
  }

  on<E extends EventName>(event: E, listener: (payload: Events[E]) => void): () => void {
    const all = this.listeners.get(event) ?? new Set();
    this.listeners.set(event, all.add(listener as AnyListener));
    this.source ??= this.listen();
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
    this.source ??= this.listen();
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

  /** A browser's EventSource comes back by itself after a broken line, but not after a refusal. */
  private listen(): EventSource {
    const source = new this.browser.EventSource('events');
    for (const event of EVENT_NAMES) {
      source.addEventListener(event, (message: MessageEvent<string>) => {
        this.tell(event, decode(message.data) as Events[typeof event]);
      });
    }
    source.addEventListener('open', () => {
      const wasLost = this.connection !== 'open';
      this.is('open');
      if (wasLost) void this.catchUp();
    });
    source.addEventListener('error', () => {
      if (source.readyState !== this.browser.EventSource.CLOSED) this.is('lost');
      else void this.askWhy();
    });
    return source;
  }

  /** A refused EventSource does not say why: another program may have the port now, or the token is an old one. */
  private async askWhy(): Promise<void> {
    const status = await this.browser
      .fetch('call/app.info', { method: 'POST', body: encode({}), headers: { 'content-type': 'application/json' } })
      .then(
        (response) => response.status,
        () => 0,
      );
    this.is(status === 401 || status === 403 ? 'closed' : 'lost');
    if (this.connection === 'lost') setTimeout(() => (this.source = this.listen()), 1000);
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
