import { readFile } from 'node:fs/promises';
import type { WorkbenchApi } from '../../api/workbench-api.ts';
import { messagePage, type PageAction } from '../http/message-page.ts';
import { COMMON_HEADERS, MESSAGE_POLICY } from '../http/policy.ts';
import type { ScreenFiles } from '../http/screen-files.ts';
import { CapturedResponse } from './captured-response.ts';

export const SCHEME = 'twinlens';
export const ORIGIN = `${SCHEME}://app`;

/** A message shown instead of the screen, with links that run an action. */
export interface Notice {
  heading: string;
  sentence: string;
  actions: readonly PageAction[];
}

export type MediaSource = (path: string, request: Request) => Promise<Response>;

/**
 * Answers the desktop window's own protocol: the built screen, images and reports under media/, and a notice if the workbench could
 * not be opened. Any address outside the list of built files and the workbench's media is not found.
 */
export function screenProtocol(files: ScreenFiles, media: MediaSource, notice: () => Notice | null): (request: Request) => Promise<Response> {
  return async (request) => {
    const address = pathBelowOrigin(request.url);
    if (address === null || (request.method !== 'GET' && request.method !== 'HEAD')) return missing();
    if (address.startsWith('media/')) return media(address.slice('media/'.length), request);
    if (address === '' || address === 'index.html') {
      const shown = notice();
      if (shown) return page(messagePage(shown.heading, shown.sentence, shown.actions));
    }
    const file = files.get(address || 'index.html');
    const bytes = file && (await readFile(file.path).catch(() => null)); // not streamed: a stream from an asar archive extracts the file first
    if (!bytes) return missing();
    return new Response(new Uint8Array(bytes), {
      headers: { ...COMMON_HEADERS, 'content-type': file.type, 'cache-control': 'no-cache', 'content-security-policy': file.policy },
    });
  };
}

/** The undecoded path below our origin, without query; null for any other origin. */
export function pathBelowOrigin(url: string): string | null {
  if (!url.startsWith(`${ORIGIN}/`)) return null;
  return url.slice(ORIGIN.length + 1).split(/[?#]/)[0]!;
}

/** Images and reports of the workbench in this process. */
export const localMedia =
  (api: Pick<WorkbenchApi, 'media'>): MediaSource =>
  (path, request) => {
    const captured = new CapturedResponse(request.method === 'HEAD');
    request.signal.addEventListener('abort', () => captured.destroy(), { once: true });
    void answerMedia(api, path, request, captured);
    return captured.response;
  };

async function answerMedia(api: Pick<WorkbenchApi, 'media'>, path: string, request: Request, response: CapturedResponse): Promise<void> {
  const { sendMedia } = await import('../http/media.ts'); // on demand: the window opens without images
  await sendMedia(api, path, { method: request.method, headers: Object.fromEntries(request.headers) }, response, request.signal);
}

const page = (html: string): Response =>
  new Response(html, {
    headers: {
      ...COMMON_HEADERS,
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': MESSAGE_POLICY,
      'cache-control': 'no-store',
    },
  });

const missing = (): Response => new Response('Page not found.', { status: 404, headers: { ...COMMON_HEADERS, 'content-type': 'text/plain' } });
