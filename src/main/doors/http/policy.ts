import { createHash } from 'node:crypto';
import { MESSAGE_STYLE } from './message-page.ts';

/** The source expression that permits one inline style sheet, by its hash. */
const styleHash = (sheet: string): string => `'sha256-${createHash('sha256').update(sheet).digest('base64')}'`;

/**
 * The screen may load its own files, and images that it creates. 'self' is the origin of the server or of the window. Inline styles are
 * not permitted: Svelte and the libraries set positions through the CSSOM, which the policy permits.
 */
const SCREEN_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "frame-src 'self'",
  "worker-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "object-src 'none'",
].join('; ');

/**
 * For the empty page in whose frame the screen shows a report's preview. It is a file, because a page that the screen creates (blob:,
 * srcdoc) inherits SCREEN_POLICY, which blocks the report's style sheet. No scripts and no requests.
 */
const REPORT_FRAME_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-same-origin";

/** The policy for a file of the built screen, by its name. */
export const screenFilePolicy = (name: string): string => (name === 'report-frame.html' ? REPORT_FRAME_POLICY : SCREEN_POLICY);

/** An image or report: no scripts and no requests, even in its own tab. */
export const MEDIA_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox";

/** The browser's PDF viewer starts neither in a sandbox nor under a stricter policy. */
export const PDF_POLICY = "frame-ancestors 'self'";

/** A message page: no scripts, no files, no style but its own sheet. */
export const MESSAGE_POLICY = `default-src 'none'; style-src ${styleHash(MESSAGE_STYLE)}; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`;

/** On every answer. */
export const COMMON_HEADERS: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), display-capture=(), usb=(), serial=(), hid=(), midi=(), payment=()',
};
