import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Why a request is refused, and with which HTTP status. */
export interface Refusal {
  status: 401 | 403;
  why: string;
}

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
/** Compares in constant time. */
const same = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));

/**
 * Access control. Other programs and web pages on this machine can reach a loopback port: a page by DNS rebinding (another name in
 * Host) or with its form or script (another Origin), a program without the token.
 */
export class Guard {
  readonly token: string;
  /** Unique per workbench: a browser sends cookies to every port of a host. */
  private readonly cookie: string;

  constructor(token = randomBytes(32).toString('base64url')) {
    this.token = token;
    this.cookie = `twinlens-${digest(token).toString('hex').slice(0, 12)}`;
  }

  /** Returns null for a request from this machine and from no other page. Any port is accepted: ssh forwards under another one. */
  refuseForeignOrigin(request: IncomingMessage): Refusal | null {
    const { host = '', origin } = request.headers;
    const name = /^(\[[^\]]+\]|[^:]+)(?::\d+)?$/.exec(host.toLowerCase())?.[1];
    if (name === undefined || !LOOPBACK.has(name))
      return { status: 403, why: 'This workbench answers only under the address that Twinlens printed.' };
    if (origin !== undefined && origin.toLowerCase() !== `http://${host.toLowerCase()}`)
      return { status: 403, why: 'Another page may not use this workbench.' };
    // Pages on other ports of this host count as the same site, so that their requests carry the cookie. "none": the user typed or opened the address.
    const site = request.headers['sec-fetch-site'];
    if (site !== undefined && site !== 'same-origin' && site !== 'none' && !isNavigation(request))
      return { status: 403, why: 'Another page may not use this workbench.' };
    return null;
  }

  /** Returns null for a request with the token, in a cookie or in its header. */
  refuseWithoutToken(request: IncomingMessage): Refusal | null {
    const bearer = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
    const token = bearer ?? this.cookieOf(request);
    if (token !== undefined && same(token, this.token)) return null;
    return { status: 401, why: 'This address is no longer valid. Open the one that Twinlens printed when it was started.' };
  }

  isToken(text: string): boolean {
    return same(text, this.token);
  }

  /** The cookie a browser gets in exchange for the token: scripts can't read it, other sites can't send it. */
  get setCookie(): string {
    return `${this.cookie}=${this.token}; HttpOnly; SameSite=Strict; Path=/`;
  }

  private cookieOf(request: IncomingMessage): string | undefined {
    for (const part of (request.headers.cookie ?? '').split(';')) {
      const [name, ...value] = part.trim().split('=');
      if (name === this.cookie) return value.join('=');
    }
    return undefined;
  }
}

/** Whether the user follows a link to the page: no script of another page sees the response. */
function isNavigation(request: IncomingMessage): boolean {
  return request.method === 'GET' && request.headers['sec-fetch-mode'] === 'navigate' && request.headers['sec-fetch-dest'] === 'document';
}
