import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { AppError } from '../../../shared/errors.ts';

/** The host doesn't have the file or won't give it: trying again at once is no use. */
export class Refused extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`HTTP ${status}`);
    this.name = 'Refused';
    this.status = status;
  }
}
/** The connection couldn't be had or broke: what arrived is kept, another try goes on from there. */
export class Interrupted extends Error {
  constructor(why: string, cause?: unknown) {
    super(why, { cause });
    this.name = 'Interrupted';
  }
}

/** The host has a file of another size than published: its bytes are of no use. */
export class AnotherFile extends Error {
  constructor(size: string, published: number) {
    super(`${size} bytes where ${published} were published`);
    this.name = 'AnotherFile';
  }
}

export interface Transfer {
  url: string;
  part: string; // path the bytes go to
  bytes: number | null; // of the whole file, where known
  stallMs: number; // ms without a byte after which a connection counts as broken
  signal?: AbortSignal | undefined;
  onProgress: (received: number, total: number | null) => void; // bytes of the file
}

export const sizeOnDisk = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

export async function sha256OfFile(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, signal ? { signal } : {})) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

interface Place {
  from: number; // bytes kept of the part
  total: number | null;
}

/** Where an answer's body belongs; null: the part we have doesn't fit the file that is served. */
function placeOf(response: Response, have: number): Place | null {
  if (response.status === 206) {
    const [, start, , size] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(response.headers.get('content-range') ?? '') ?? [];
    return Number(start) === have ? { from: have, total: size === undefined || size === '*' ? null : Number(size) } : null;
  }
  const length = response.headers.get('content-length');
  return { from: 0, total: length === null ? null : Number(length) };
}

async function pour(body: ReadableStream<Uint8Array>, { from, total }: Place, transfer: Transfer, alive: () => void): Promise<number> {
  const handle = await open(transfer.part, from ? 'r+' : 'w');
  let received = from;
  try {
    transfer.onProgress(received, total);
    for await (const chunk of body) {
      alive();
      if (transfer.bytes !== null && received + chunk.byteLength > transfer.bytes) throw new AnotherFile('more', transfer.bytes);
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

/** What a disk says when it fails, to be told from a network's errors. */
const isFileError = (error: unknown): boolean =>
  error instanceof Error && 'syscall' in error && ['open', 'write', 'fsync', 'ftruncate'].includes(String(error.syscall));

/**
 * One try at one file: asks for what the part lacks (Range), writes it as it comes. A host without ranges (200) gives
 * the whole file again; one that finds the range impossible (416) is asked for the whole unless the part has its size.
 * Throws Refused, Interrupted, AnotherFile, AppError('cancelled'), or the disk's own error; the part stays in every case.
 */
export async function transferOnce(transfer: Transfer): Promise<void> {
  const { url, part, signal } = transfer;
  const stall = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const alive = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => stall.abort(), transfer.stallMs);
  };
  const ask = async (have: number): Promise<Response> => {
    alive();
    // Without compression, or lengths and ranges would count other bytes than the file's.
    const headers: Record<string, string> = { 'accept-encoding': 'identity', ...(have ? { range: `bytes=${have}-` } : {}) };
    return fetch(url, { headers, signal: signal ? AbortSignal.any([signal, stall.signal]) : stall.signal });
  };
  try {
    const have = sizeOnDisk(part);
    let response = await ask(have);
    if (response.status === 416 && have > 0) {
      const served = /\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1];
      await response.body?.cancel();
      if (served !== undefined && Number(served) === have) return; // nothing is lacking
      await rm(part, { force: true });
      response = await ask(0);
    }
    let place = response.ok ? placeOf(response, have) : null;
    if (response.ok && !place) {
      await response.body?.cancel();
      await rm(part, { force: true });
      response = await ask(0);
      place = response.ok ? placeOf(response, 0) : null;
    }
    if (!place || !response.body) {
      await response.body?.cancel();
      if (response.status >= 500 || response.status === 429 || response.status === 408) throw new Interrupted(`HTTP ${response.status}`);
      throw new Refused(response.status);
    }
    if (transfer.bytes !== null && place.total !== null && place.total !== transfer.bytes) {
      await response.body.cancel();
      throw new AnotherFile(String(place.total), transfer.bytes);
    }
    const received = await pour(response.body, place, transfer, alive);
    if (place.total !== null && received < place.total) throw new Interrupted(`ended after ${received} of ${place.total} bytes`);
  } catch (error) {
    if (signal?.aborted) throw new AppError('cancelled', 'Cancelled. What has arrived is kept; the same download goes on from there.', {}, error);
    if (error instanceof Refused || error instanceof Interrupted || error instanceof AnotherFile || isFileError(error)) throw error;
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new Interrupted(
      stall.signal.aborted ? `nothing came for ${transfer.stallMs / 1000} s` : cause instanceof Error ? cause.message : String(cause),
      error,
    );
  } finally {
    clearTimeout(timer);
  }
}
