import { EVENT_NAMES, type EventName } from '../../../shared/events.ts';

/** Whether the workbench can be heard: 'lost' while it is tried again, 'closed' where this page's address is no longer valid. */
export type Connection = 'open' | 'lost' | 'closed';

/** What of the browser is used. */
export interface BrowserParts {
  fetch: typeof fetch;
  EventSource: typeof EventSource;
  locks?: LockManager | undefined;
  BroadcastChannel?: typeof BroadcastChannel | undefined;
}

export interface EventStreamHandlers {
  heard(event: EventName, data: string): void;
  /** `missed`: events may have gone by unheard since it was last open. */
  stands(connection: Connection, missed: boolean): void;
  /** The HTTP status that a call is answered with now; 0 where nothing answers. An EventSource that is refused does not say why. */
  probe(): Promise<number>;
}

type Relayed = { event: EventName; data: string } | { connection: Connection; missed: boolean };

const NAME = 'twinlens-events';
const RETRY_MS = 1000;

/**
 * Server-sent events, over one connection for all windows of a browser: it opens no more than six to one address, so that a
 * connection for each window would leave a seventh window, and its pictures, waiting forever. Whoever holds the lock listens and
 * passes on what it hears; when its window is closed, the next one takes over.
 */
export class EventStream {
  private readonly browser: BrowserParts;
  private readonly ends: EventStreamHandlers;
  private readonly channel: BroadcastChannel | null = null;
  private missed = false;

  constructor(browser: BrowserParts, ends: EventStreamHandlers) {
    this.browser = browser;
    this.ends = ends;
    const { locks, BroadcastChannel: Channel } = browser;
    if (!locks || !Channel) {
      this.listen();
      return;
    }
    this.channel = new Channel(NAME);
    this.channel.onmessage = ({ data }: MessageEvent<Relayed>) => {
      this.missed = true; // by the time that this window takes over, if it ever does
      this.take(data);
    };
    void locks.request(NAME, () => {
      this.listen();
      return new Promise<never>(() => undefined); // held until the window goes
    });
  }

  /** A browser's EventSource comes back by itself after a broken line, but not after a refusal. */
  private listen(): void {
    const source = new this.browser.EventSource('events');
    for (const event of EVENT_NAMES) {
      source.addEventListener(event, ({ data }: MessageEvent<string>) => {
        this.pass({ event, data });
      });
    }
    source.addEventListener('open', () => {
      this.pass({ connection: 'open', missed: this.missed });
      this.missed = false;
    });
    source.addEventListener('error', () => {
      this.missed = true;
      if (source.readyState === this.browser.EventSource.CLOSED) void this.askWhy();
      else this.pass({ connection: 'lost', missed: true });
    });
  }

  /** Another program may have the port now, or the token is an old one. */
  private async askWhy(): Promise<void> {
    const status = await this.ends.probe();
    const connection = status === 401 || status === 403 ? 'closed' : 'lost';
    this.pass({ connection, missed: true });
    if (connection === 'lost') setTimeout(() => this.listen(), RETRY_MS);
  }

  private pass(message: Relayed): void {
    this.channel?.postMessage(message);
    this.take(message);
  }

  private take(message: Relayed): void {
    if ('event' in message) this.ends.heard(message.event, message.data);
    else this.ends.stands(message.connection, message.missed);
  }
}
