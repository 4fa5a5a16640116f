import type { ReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { basename, dirname } from 'node:path';
import type { Writable } from 'node:stream';
import send from 'send';
import { AppError, asAppError } from '../../../shared/errors.ts';
import { COMMON_HEADERS } from './policy.ts';

const YEAR = 31_536_000; // seconds

/** The properties of a request in use, of the loopback server or an Electron protocol. */
export interface FileRequest {
  method?: string | undefined;
  headers: IncomingHttpHeaders;
}

/** The properties of a response in use, of the loopback server or of CapturedResponse. */
export interface FileResponse extends Writable, Pick<ServerResponse, 'getHeader' | 'removeHeader'> {
  statusCode: number;
  readonly headersSent: boolean;
  setHeader(name: string, value: number | string | readonly string[]): unknown;
}

export interface FileToSend {
  path: string; // absolute
  type: string; // MIME
  policy: string; // Content-Security-Policy
  cacheControl: string;
}

export const cacheControlOf = (immutable: boolean): string => (immutable ? `private, max-age=${YEAR}, immutable` : 'private, no-cache');

/**
 * Sends a file, whole or in part, or "not modified". Resolves once it is sent or the client has disconnected.
 * Throws AppError if the file can't be read, before anything is sent.
 */
export async function sendFile(request: FileRequest, response: FileResponse, file: FileToSend): Promise<void> {
  const { path, type, policy, cacheControl } = file;
  const headers = { ...COMMON_HEADERS, 'content-type': type, 'content-security-policy': policy, 'cache-control': cacheControl };
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  const range = await clampSuffix(request.headers.range, path);
  return new Promise((done, failed) => {
    // `send` decodes the path and checks only the part below `root`, which we choose. Node's fetch adds "no-cache" to every conditional
    // request, which `send` would treat as a forced reload.
    const sendRequest = { method: request.method, headers: { ...request.headers, range, 'cache-control': undefined } };
    const sending = send(sendRequest as IncomingMessage, `/${encodeURIComponent(basename(path))}`, {
      root: dirname(path),
      dotfiles: 'allow',
      index: false,
      cacheControl: false,
    });
    sending.on('stream', (stream: ReadStream) => {
      const close = (): void => void stream.destroy();
      if (response.destroyed) close();
      else response.once('close', close);
    });
    sending.on('directory', () => failed(new AppError('not-found', 'File not found.')));
    sending.on('error', (error: Error & { status: number }) => {
      if (response.headersSent) response.destroy();
      else if (error.status === 416 || error.status === 412) {
        response.statusCode = error.status;
        response.end();
      } else failed(asAppError(error));
    });
    response.once('close', done);
    response.once('finish', done);
    if (response.destroyed) done();
    else sending.pipe(response);
  });
}

/** A suffix range longer than the file means the whole file (RFC 9110, 14.1.2); `send` would answer 416. */
async function clampSuffix(range: string | undefined, path: string): Promise<string | undefined> {
  const [, length] = /^bytes=-(\d+)$/.exec(range ?? '') ?? [];
  if (length === undefined) return range;
  const size = (await stat(path).catch(() => null))?.size ?? 0;
  return `bytes=-${Math.min(Number(length), size)}`;
}
