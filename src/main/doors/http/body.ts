import type { IncomingMessage } from 'node:http';
import { AppError } from '../../../shared/errors.ts';

/** The body of a request, part by part. Throws AppError 'bad-request' once it exceeds `limit` bytes, 'cancelled' if the client aborts it. */
export async function* bodyParts(request: IncomingMessage, limit: number): AsyncGenerator<Buffer> {
  const tooLarge = (): AppError => new AppError('bad-request', `The request is larger than ${Math.round(limit / 2 ** 20)} MB.`, { limit });
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge();
  let size = 0;
  try {
    for await (const part of request as AsyncIterable<Buffer>) {
      size += part.length;
      if (size > limit) throw tooLarge();
      yield part;
    }
  } catch (error) {
    throw error instanceof AppError ? error : new AppError('cancelled', 'The request was aborted.', {}, error);
  }
}

/** The whole body of a request. Throws as bodyParts does. */
export async function bodyOf(request: IncomingMessage, limit: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of bodyParts(request, limit)) parts.push(part);
  return Buffer.concat(parts);
}
