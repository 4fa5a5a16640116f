import { type FileHandle, open } from 'node:fs/promises';
import { asAppError } from '../../../shared/errors.ts';
import type { WorkbenchApi } from '../../api/workbench-api.ts';
import { COMMON_HEADERS, MEDIA_POLICY, PDF_POLICY } from './policy.ts';
import { type ByteRange, rangeOf } from './range.ts';

/** An answer that a door can stream as its protocol likes; whoever gets `body` closes its file. */
export interface MediaAnswer {
  status: number;
  headers: Record<string, string>;
  body: { file: FileHandle; range: ByteRange } | { text: string } | null;
}

const YEAR = 31_536_000; // seconds

/** The file behind a MediaPath as an HTTP answer: whole, a part, or "not changed". Never rejects. */
export async function mediaAnswer(
  house: Pick<WorkbenchApi, 'media'>,
  path: string,
  asked: { method: string; range?: string | undefined; ifNoneMatch?: string | undefined; signal?: AbortSignal },
): Promise<MediaAnswer> {
  let file: FileHandle | null = null;
  try {
    const { path: place, type, immutable } = await house.media(path, asked.signal);
    file = await open(place, 'r');
    const stat = await file.stat();
    const { size, mtimeMs } = stat;
    if (!stat.isFile()) return await closed(file, inWords(404, 'There is no such picture or file.'));
    const etag = `"${size.toString(36)}-${Math.round(mtimeMs).toString(36)}"`;
    const headers: Record<string, string> = {
      ...COMMON_HEADERS,
      'content-security-policy': type === 'application/pdf' ? PDF_POLICY : MEDIA_POLICY,
      'content-type': type,
      'accept-ranges': 'bytes',
      'cache-control': immutable ? `private, max-age=${YEAR}, immutable` : 'private, no-cache',
      etag,
    };
    if (asked.ifNoneMatch?.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag))
      return await closed(file, { status: 304, headers, body: null });
    const range = rangeOf(asked.range, size);
    if (range === 'unsatisfiable')
      return await closed(file, { status: 416, headers: { ...headers, 'content-range': `bytes */${size}` }, body: null });
    const { start, end } = range ?? { start: 0, end: size - 1 };
    headers['content-length'] = String(end - start + 1);
    if (range) headers['content-range'] = `bytes ${start}-${end}/${size}`;
    const status = range ? 206 : 200;
    if (asked.method === 'HEAD' || size === 0) return await closed(file, { status, headers, body: null });
    return { status, headers, body: { file, range: { start, end } } };
  } catch (error) {
    await file?.close().catch(() => undefined);
    const { code, message } = error instanceof URIError ? { code: 'not-found', message: 'There is no such picture or file.' } : asAppError(error);
    return inWords(code === 'not-found' ? 404 : code === 'bad-image' ? 422 : 500, message);
  }
}

async function closed(file: FileHandle, answer: MediaAnswer): Promise<MediaAnswer> {
  await file.close();
  return answer;
}

function inWords(status: number, text: string): MediaAnswer {
  return {
    status,
    headers: { ...COMMON_HEADERS, 'content-security-policy': MEDIA_POLICY, 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
    body: { text },
  };
}
