import { app, type Session, type WebContents } from 'electron';
import { ORIGIN, SCHEME } from './screen-protocol.ts';

/** Permissions of the page: writing to the clipboard, for "Copy". */
const PERMITTED = new Set(['clipboard-sanitized-write']);
/** Protocols that a session may load from: our own, and content that our page created. */
const OURS = new Set([`${SCHEME}:`, 'blob:', 'data:', 'devtools:']);

/** No session reaches the network, or gets a permission it does not need. */
export function hardenSession(session: Session): void {
  session.setPermissionRequestHandler((_, permission, decide) => {
    decide(PERMITTED.has(permission));
  });
  session.setPermissionCheckHandler((_, permission) => PERMITTED.has(permission));
  session.setDevicePermissionHandler(() => false);
  session.webRequest.onBeforeRequest(({ url }, decide) => {
    decide({ cancel: !OURS.has(new URL(url).protocol) });
  });
}

/** For every page created in this process: no other address, no new window, no embedded browser. */
export function hardenContents(onAction: (action: string) => void): void {
  app.on('web-contents-created', (_, contents) => {
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
    contents.on('will-attach-webview', (event) => {
      event.preventDefault();
    });
    contents.on('will-navigate', (event) => {
      event.preventDefault();
      if (event.url.startsWith(`${ORIGIN}/do/`)) onAction(event.url.slice(`${ORIGIN}/do/`.length));
    });
    contents.on('will-frame-navigate', (event) => {
      if (!event.isMainFrame && !isOwnFrame(event.url)) event.preventDefault();
    });
    contents.on('will-redirect', (event) => {
      event.preventDefault();
    });
  });
}

/** A report or image in a frame of the screen. */
const isOwnFrame = (url: string): boolean => url.startsWith(`${ORIGIN}/media/`) || url.startsWith(`blob:${ORIGIN}`) || url === 'about:srcdoc';

/** Whether a message comes from the screen itself, not from a report in one of its frames. */
export function isScreen(event: { sender: unknown; senderFrame?: { url: string } | null }): boolean {
  const contents = event.sender as WebContents;
  const frame = event.senderFrame;
  return frame !== null && frame !== undefined && frame === contents.mainFrame && frame.url.startsWith(`${ORIGIN}/`);
}
