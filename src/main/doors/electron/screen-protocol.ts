import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import type { WorkbenchApi } from '../../api/workbench-api.ts';
import { mediaAnswer } from '../http/media-answer.ts';
import { COMMON_HEADERS, SCREEN_POLICY, WORDS_POLICY } from '../http/policy.ts';
import type { ScreenFiles } from '../http/screen-files.ts';
import { wordsPage, type PageAction } from '../http/words-page.ts';

export const SCHEME = 'twinlens';
export const ORIGIN = `${SCHEME}://app`;

/** What is shown instead of the screen: a sentence, and addresses of ours that do something about it. */
export interface Notice {
  heading: string;
  sentence: string;
  actions: readonly PageAction[];
}

export type MediaSource = (path: string, request: Request) => Promise<Response>;

/**
 * Answers the desktop window's own protocol: the built screen, pictures under media/, and a notice where there is no screen
 * to show. It reads nothing else: what is not in the list of built files or not known to the house does not exist.
 */
export function screenProtocol(files: ScreenFiles, media: MediaSource, notice: () => Notice | null): (request: Request) => Promise<Response> {
  return async (request) => {
    const address = addressOf(request.url);
    if (address === null || (request.method !== 'GET' && request.method !== 'HEAD')) return missing();
    if (address.startsWith('media/')) return media(address.slice('media/'.length), request);
    if (address === '' || address === 'index.html') {
      const said = notice();
      if (said) return page(wordsPage(said.heading, said.sentence, said.actions));
    }
    const file = await files.get(address || 'index.html');
    if (!file) return missing();
    return new Response(new Uint8Array(file.bytes), {
      headers: { ...COMMON_HEADERS, 'content-type': file.type, 'cache-control': 'no-cache', 'content-security-policy': SCREEN_POLICY },
    });
  };
}

/** Below our origin, as it was sent, without query; null for any other place. */
export function addressOf(url: string): string | null {
  if (!url.startsWith(`${ORIGIN}/`)) return null;
  return url.slice(ORIGIN.length + 1).split(/[?#]/)[0]!;
}

/** Pictures of the house in this process. */
export const localMedia =
  (house: Pick<WorkbenchApi, 'media'>): MediaSource =>
  async (path, request) => {
    const range = request.headers.get('range') ?? undefined;
    const ifNoneMatch = request.headers.get('if-none-match') ?? undefined;
    const { status, headers, body } = await mediaAnswer(house, path, { method: request.method, range, ifNoneMatch, signal: request.signal });
    if (body === null) return new Response(null, { status, headers });
    if ('text' in body) return new Response(body.text, { status, headers });
    if (request.signal.aborted) {
      await body.file.close(); // nobody would read it to its end
      return new Response(null, { status: 204 });
    }
    return new Response(Readable.toWeb(body.file.createReadStream(body.range)) as ReadableStream<Uint8Array> as BodyInit, { status, headers });
  };

const page = (html: string): Response =>
  new Response(html, {
    headers: { ...COMMON_HEADERS, 'content-type': 'text/html; charset=utf-8', 'content-security-policy': WORDS_POLICY, 'cache-control': 'no-store' },
  });

const missing = (): Response => new Response('There is no such page.', { status: 404, headers: { ...COMMON_HEADERS, 'content-type': 'text/plain' } });
