import { PassThrough, Readable, type TransformCallback } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import type { FileResponse } from '../http/send-file.ts';

const WITHOUT_BODY = new Set([204, 304, 412, 416]);

/** A Node response that becomes a web Response, which Electron's protocols need, once its headers are complete. */
export class CapturedResponse extends PassThrough implements FileResponse {
  statusCode = 200;
  headersSent = false;
  readonly finished = false; // `send` recognises an http response by this property
  readonly socket = this; // `send` listens for its end
  readonly response: Promise<Response>;
  private readonly headers = new Map<string, string>();
  private readonly complete: () => void;

  /** `head`: the request needs only headers. */
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
    this.on('close', this.complete); // also if nothing was sent
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
