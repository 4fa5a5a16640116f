import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { AppError } from '../../../shared/errors.ts';

/** The host doesn't have the file or refuses to send it. An immediate retry doesn't help. */
export class HostRefused extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`HTTP ${status}`);
    this.name = 'HostRefused';
    this.status = status;
  }
}
/** No connection, or the connection was lost. The downloaded part stays, and a retry continues from there. */
export class ConnectionLost extends Error {
  constructor(reason: string, cause?: unknown) {
    super(reason, { cause });
    this.name = 'ConnectionLost';
  }
}

/** The host's file doesn't have the published size, so it is a different file. */
export class WrongSize extends Error {
  constructor(size: string, published: number) {
    super(`${size} bytes instead of ${published}`);
    this.name = 'WrongSize';
  }
}

export interface Transfer {
  url: string;
  part: string; // path of the .part file
  bytes: number | null; // of the whole file, where known
  stallMs: number; // ms without data before a connection counts as lost
  signal?: AbortSignal | undefined;
  onProgress: (received: number, total: number | null) => void; // bytes of the file
}

export const sizeOnDisk = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

export async function sha256OfFile(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, signal ? { signal } : {})) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

interface BodyRange {
  from: number; // first byte in the body; earlier bytes of the part stay
  total: number | null;
}

/** The range of the file in a response's body; null where it doesn't continue the part. */
function bodyRange(response: Response, have: number): BodyRange | null {
  if (response.status === 206) {
    const [, start, , size] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(response.headers.get('content-range') ?? '') ?? [];
    return Number(start) === have ? { from: have, total: size === undefined || size === '*' ? null : Number(size) } : null;
  }
  const length = response.headers.get('content-length');
  return { from: 0, total: length === null ? null : Number(length) };
}

async function writeBody(
  body: ReadableStream<Uint8Array>,
  { from, total }: BodyRange,
  transfer: Transfer,
  restartStallTimer: () => void,
): Promise<number> {
  const handle = await open(transfer.part, from ? 'r+' : 'w');
  let received = from;
  try {
    transfer.onProgress(received, total);
    for await (const chunk of body) {
      restartStallTimer();
      if (transfer.bytes !== null && received + chunk.byteLength > transfer.bytes) throw new WrongSize('more', transfer.bytes);
      await handle.write(chunk, 0, chunk.byteLength, received);
      received += chunk.byteLength;
      transfer.onProgress(received, total);
    }
    await handle.truncate(received);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return received;
}

/** Whether an error comes from the disk rather than the network. */
const isFileError = (error: unknown): boolean =>
  error instanceof Error && 'syscall' in error && ['open', 'write', 'fsync', 'ftruncate'].includes(String(error.syscall));

/**
 * One attempt to complete a file: requests the missing bytes of the part (Range) and writes them as they arrive. A host
 * without range requests (200) sends the whole file again. After 416 the whole file is requested unless the part is complete.
 * Throws HostRefused, ConnectionLost, WrongSize, AppError('cancelled'), or the disk's own error; the part stays in every case.
 */
export async function transferOnce(transfer: Transfer): Promise<void> {
  const { url, part, signal } = transfer;
  const stall = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const restartStallTimer = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => stall.abort(), transfer.stallMs);
  };
  const request = async (have: number): Promise<Response> => {
    restartStallTimer();
    // No compression: lengths and ranges must count the file's own bytes.
    const headers: Record<string, string> = { 'accept-encoding': 'identity', ...(have ? { range: `bytes=${have}-` } : {}) };
    return fetch(url, { headers, signal: signal ? AbortSignal.any([signal, stall.signal]) : stall.signal });
  };
  try {
    const have = sizeOnDisk(part);
    let response = await request(have);
    if (response.status === 416 && have > 0) {
      const served = /\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1];
      await response.body?.cancel();
      if (served !== undefined && Number(served) === have) return; // the part is complete
      await rm(part, { force: true });
      response = await request(0);
    }
    let range = response.ok ? bodyRange(response, have) : null;
    if (response.ok && !range) {
      await response.body?.cancel();
      await rm(part, { force: true });
      response = await request(0);
      range = response.ok ? bodyRange(response, 0) : null;
    }
    if (!range || !response.body) {
      await response.body?.cancel();
      if (response.status >= 500 || response.status === 429 || response.status === 408) throw new ConnectionLost(`HTTP ${response.status}`);
      throw new HostRefused(response.status);
    }
    if (transfer.bytes !== null && range.total !== null && range.total !== transfer.bytes) {
      await response.body.cancel();
      throw new WrongSize(String(range.total), transfer.bytes);
    }
    const received = await writeBody(response.body, range, transfer, restartStallTimer);
    if (range.total !== null && received < range.total) throw new ConnectionLost(`ended after ${received} of ${range.total} bytes`);
  } catch (error) {
    if (signal?.aborted)
      throw new AppError('cancelled', 'Cancelled. The downloaded part is saved, and the next download continues from there.', {}, error);
    if (error instanceof HostRefused || error instanceof ConnectionLost || error instanceof WrongSize || isFileError(error)) throw error;
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new ConnectionLost(
      stall.signal.aborted ? `no data for ${transfer.stallMs / 1000} s` : cause instanceof Error ? cause.message : String(cause),
      error,
    );
  } finally {
    clearTimeout(timer);
  }
}
