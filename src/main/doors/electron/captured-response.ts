import { PassThrough, Readable, type TransformCallback } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import type { FileResponse } from '../http/send-file.ts';

const WITHOUT_BODY = new Set([204, 304, 412, 416]);

/** A server's response that becomes a web Response, as Electron's protocols want one, once its headers are complete. */
export class CapturedResponse extends PassThrough implements FileResponse {
  statusCode = 200;
  headersSent = false;
  readonly finished = false; // of an http response, by which `send` knows one
  readonly socket = this; // whose end `send` watches
  readonly response: Promise<Response>;
  private readonly headers = new Map<string, string>();
  private readonly complete: () => void;

  /** `head`: only headers are wanted. */
  constructor(head: boolean) {
    super();
    const { promise, resolve } = Promise.withResolvers<Response>();
    this.response = promise;
    this.complete = () => {
      if (this.headersSent) return;
      this.headersSent = true;
      const body = head || WITHOUT_BODY.has(this.statusCode) ? null : (Readable.toWeb(this) as ReadableStream<Uint8Array> as BodyInit);
      resolve(new Response(body, { status: this.statusCode, headers: [...this.headers] }));
      if (body === null) this.resume();
    };
    this.on('close', this.complete); // also where nothing was sent
  }

  setHeader(name: string, value: number | string | readonly string[]): this {
    this.headers.set(name.toLowerCase(), String(value));
    return this;
  }

  getHeader(name: string): string | undefined {
    return this.headers.get(name.toLowerCase());
  }

  removeHeader(name: string): void {
    this.headers.delete(name.toLowerCase());
  }

  override _transform(chunk: unknown, _encoding: BufferEncoding, callback: TransformCallback): void {
    this.complete();
    callback(null, chunk);
  }

  override _flush(callback: TransformCallback): void {
    this.complete();
    callback();
  }
}
