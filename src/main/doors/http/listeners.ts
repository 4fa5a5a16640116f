import type { ServerResponse } from 'node:http';
import { encode } from '../../../shared/wire.ts';
import type { WorkbenchApi } from '../../api/workbench-api.ts';

const BEAT_MS = 15_000; // between two signs of life, so that a broken line shows itself at both ends
const BACKLOG = 8 * 2 ** 20; // bytes a listener may leave unread before it is let go; its browser comes back and asks anew

/** Server-sent events: every window that listens hears everything. */
export class Listeners {
  private readonly open = new Set<ServerResponse>();
  private readonly quiet: () => void;
  private readonly beat: NodeJS.Timeout;

  constructor(house: Pick<WorkbenchApi, 'on'>) {
    this.quiet = house.on((event, payload) => {
      this.write(`event: ${event}\ndata: ${encode(payload)}\n\n`);
    });
    this.beat = setInterval(() => {
      this.write('event: beat\ndata: 0\n\n');
    }, BEAT_MS);
    this.beat.unref();
  }

  add(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
    response.write('retry: 1000\nevent: beat\ndata: 0\n\n');
    this.open.add(response);
    response.on('close', () => this.open.delete(response));
  }

  close(): void {
    this.quiet();
    clearInterval(this.beat);
    for (const response of this.open) response.end();
  }

  private write(text: string): void {
    for (const response of this.open) {
      if (response.writableLength > BACKLOG) response.destroy();
      else response.write(text);
    }
  }
}
