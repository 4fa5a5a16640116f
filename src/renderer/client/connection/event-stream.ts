import { EVENT_NAMES, type EventName } from '../../../shared/events.ts';

/** 'lost': reconnecting. 'closed': this page's address is no longer valid. */
export type Connection = 'open' | 'lost' | 'closed';

/** The browser APIs in use, so that tests can replace them. */
export interface BrowserParts {
  fetch: typeof fetch;
  EventSource: typeof EventSource;
  locks?: LockManager | undefined;
  BroadcastChannel?: typeof BroadcastChannel | undefined;
}

export interface EventStreamHandlers {
  onEvent(event: EventName, data: string): void;
  /** `missed`: events may have been lost since the connection was last open. */
  onConnection(connection: Connection, missed: boolean): void;
  /** The HTTP status of a call made now; 0 without an answer. A refused EventSource does not report its status. */
  probe(): Promise<number>;
}

type RelayMessage = { event: EventName; data: string } | { connection: Connection; missed: boolean };

const NAME = 'twinlens-events';
const RETRY_MS = 1000;

/**
 * Server-sent events over one connection for all windows of a browser. A browser opens at most six connections to one
 * address: with one stream per window, the seventh window and its images would wait forever. The window that holds the lock
 * listens and relays events to the others; when it closes, the next one takes over.
 */
export class EventStream {
  private readonly browser: BrowserParts;
  private readonly handlers: EventStreamHandlers;
  private readonly channel: BroadcastChannel | null = null;
  private missed = false;

  constructor(browser: BrowserParts, handlers: EventStreamHandlers) {
    this.browser = browser;
    this.handlers = handlers;
    const { locks, BroadcastChannel: Channel } = browser;
    if (!locks || !Channel) {
      this.listen();
      return;
    }
    this.channel = new Channel(NAME);
    this.channel.onmessage = ({ data }: MessageEvent<RelayMessage>) => {
      this.missed = true; // events between the other window's close and this window's connection
      this.deliver(data);
    };
    void locks.request(NAME, () => {
      this.listen();
      return new Promise<never>(() => undefined); // keeps the lock until the window closes
    });
  }

  /** An EventSource reconnects automatically after a broken connection, but not after an HTTP error. */
  private listen(): void {
    const source = new this.browser.EventSource('events');
    for (const event of EVENT_NAMES) {
      source.addEventListener(event, ({ data }: MessageEvent<string>) => {
        this.relay({ event, data });
      });
    }
    source.addEventListener('open', () => {
      this.relay({ connection: 'open', missed: this.missed });
      this.missed = false;
    });
    source.addEventListener('error', () => {
      this.missed = true;
      if (source.readyState === this.browser.EventSource.CLOSED) void this.diagnose();
      else this.relay({ connection: 'lost', missed: true });
    });
  }

  /** Another program may use the port now, or the token may be outdated. */
  private async diagnose(): Promise<void> {
    const status = await this.handlers.probe();
    const connection = status === 401 || status === 403 ? 'closed' : 'lost';
    this.relay({ connection, missed: true });
    if (connection === 'lost') setTimeout(() => this.listen(), RETRY_MS);
  }

  private relay(message: RelayMessage): void {
    this.channel?.postMessage(message);
    this.deliver(message);
  }

  private deliver(message: RelayMessage): void {
    if ('event' in message) this.handlers.onEvent(message.event, message.data);
    else this.handlers.onConnection(message.connection, message.missed);
  }
}
