import type { ServerResponse } from 'node:http';
import { encode } from '../../../shared/wire.ts';
import type { WorkbenchApi } from '../../api/workbench-api.ts';

const HEARTBEAT_MS = 15_000; // so that both ends notice a broken connection
const BACKLOG = 8 * 2 ** 20; // unread bytes after which a client is disconnected; its browser reconnects and catches up

/** Server-sent events: every connected window receives all of them. */
export class EventStreams {
  private readonly open = new Set<ServerResponse>();
  private readonly stopListening: () => void;
  private readonly heartbeat: NodeJS.Timeout;

  constructor(api: Pick<WorkbenchApi, 'on'>) {
    this.stopListening = api.on((event, payload) => {
      this.write(`event: ${event}\ndata: ${encode(payload)}\n\n`);
    });
    this.heartbeat = setInterval(() => {
      this.write('event: beat\ndata: 0\n\n');
    }, HEARTBEAT_MS);
    this.heartbeat.unref();
  }

  add(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
    response.write('retry: 1000\nevent: beat\ndata: 0\n\n');
    this.open.add(response);
    response.on('close', () => this.open.delete(response));
  }

  close(): void {
    this.stopListening();
    clearInterval(this.heartbeat);
    for (const response of this.open) response.end();
  }

  private write(text: string): void {
    for (const response of this.open) {
      if (response.writableLength > BACKLOG) response.destroy();
      else response.write(text);
    }
  }
}
