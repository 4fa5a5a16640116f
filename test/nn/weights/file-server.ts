import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll } from 'vitest';

export interface Request {
  path: string;
  range: string | undefined;
}
/** How the server behaves; each test sets what it needs. */
export interface Behaviour {
  files: Map<string, Uint8Array>;
  ranges: boolean; // false: answers 200 with the whole file, also to range requests
  cutAfter: number[]; // bytes of a body after which each next connection is cut, once the client has them; used up from the front
  status: number[]; // statuses to answer with instead, used up from the front
  lockstep: boolean; // sends each chunk of 1000 bytes only when the client has the one before it
  stall: boolean; // sends headers, then nothing more
  lengths: boolean; // false: sends no content-length, like hosts that generate their responses
}

/** A loopback host for downloads that can fail in the ways of real ones. */
export async function startFileServer(): Promise<{
  url: string;
  host: string;
  requests: Request[];
  now: Behaviour;
  /** To be called with the bytes of the file that the client has: `lockstep` and `cutAfter` wait for them. */
  confirm: (received: number) => void;
  reset: () => void;
  stop: () => Promise<void>;
}> {
  const requests: Request[] = [];
  const fresh = (): Behaviour => ({ files: new Map(), ranges: true, cutAfter: [], status: [], lockstep: false, stall: false, lengths: true });
  const now = fresh();

  // fetch drops bytes that its reader hasn't taken when the connection is lost. So the server waits for the client, never for a time.
  let confirmed = 0;
  const confirmations = new EventEmitter();
  const confirm = (received: number): void => {
    confirmed = received;
    confirmations.emit('received');
  };
  const untilReceived = async (end: number, closed: Promise<unknown>, response: ServerResponse): Promise<void> => {
    while (confirmed < end && !response.destroyed) await Promise.race([once(confirmations, 'received'), closed]);
  };

  const sendChunks = async (response: ServerResponse, bytes: Uint8Array, from: number): Promise<void> => {
    const cut = now.cutAfter.shift();
    const closed = once(response, 'close');
    const end = Math.min(cut ?? Infinity, bytes.length);
    for (let at = 0; at < end; at += 1000) {
      if (response.destroyed) return;
      await new Promise((done) => response.write(bytes.subarray(at, Math.min(at + 1000, end)), done));
      if (now.lockstep) await untilReceived(from + Math.min(at + 1000, end), closed, response);
    }
    if (cut === undefined) {
      response.end();
      return;
    }
    if (end > 0) await untilReceived(from + end, closed, response);
    response.destroy();
  };

  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const path = request.url!.slice(1);
    const range = request.headers.range;
    requests.push({ path, range });
    const status = now.status.shift();
    const bytes = now.files.get(path);
    if (status !== undefined || !bytes) {
      response.writeHead(status ?? 404).end('no');
      return;
    }
    const from = now.ranges && range ? Number(/^bytes=(\d+)-\d*$/.exec(range)![1]) : 0;
    if (from >= bytes.length && from > 0) {
      response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
      return;
    }
    const partial = now.ranges && range !== undefined;
    response.writeHead(partial ? 206 : 200, {
      ...(now.lengths ? { 'content-length': bytes.length - from } : {}),
      ...(partial ? { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {}),
    });
    if (now.stall) response.flushHeaders();
    else void sendChunks(response, bytes.subarray(from), from);
  };

  const server = createServer(answer);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  };
  afterAll(stop);
  return {
    url: `http://127.0.0.1:${port}`,
    host: `127.0.0.1:${port}`,
    requests,
    now,
    confirm,
    reset: () => {
      Object.assign(now, fresh());
      confirmed = 0;
      requests.length = 0;
    },
    stop,
  };
}
