import type { IncomingMessage } from 'node:http';
import { AppError } from '../../../shared/errors.ts';

/** The whole body of a request. Throws AppError 'bad-request' as soon as it exceeds `limit` bytes, 'cancelled' if the client aborts it. */
export async function bodyOf(request: IncomingMessage, limit: number): Promise<Buffer> {
  const tooLarge = (): AppError => new AppError('bad-request', `The request is larger than ${Math.round(limit / 2 ** 20)} MB.`, { limit });
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge();
  const parts: Buffer[] = [];
  let size = 0;
  try {
    for await (const part of request as AsyncIterable<Buffer>) {
      size += part.length;
      if (size > limit) break;
      parts.push(part);
    }
  } catch (error) {
    throw new AppError('cancelled', 'The request was aborted.', {}, error);
  }
  if (size > limit) throw tooLarge();
  return Buffer.concat(parts);
}
