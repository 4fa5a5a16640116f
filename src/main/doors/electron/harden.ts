import { app, type Session, type WebContents } from 'electron';
import { ORIGIN, SCHEME } from './screen-protocol.ts';

/** Permissions of the page: writing to the clipboard, for "Copy". */
const PERMITTED = new Set(['clipboard-sanitized-write']);
/** Protocols that a session may load from: our own, and content that our page created. */
const OURS = new Set([`${SCHEME}:`, 'blob:', 'data:', 'devtools:']);

/** Protocols of a report that is printed: its file, and the images in it. */
const PRINTED = new Set(['file:', 'data:']);

/** The session of the window: no network, and no permission that the page does not need. */
export const hardenSession = (session: Session): void => restrict(session, PERMITTED, OURS);

/** The session in which a report is printed: no network and no permission. */
export const hardenPrintSession = (session: Session): void => restrict(session, new Set(), PRINTED);

function restrict(session: Session, permissions: ReadonlySet<string>, protocols: ReadonlySet<string>): void {
  session.setPermissionRequestHandler((_, permission, decide) => {
    decide(permissions.has(permission));
  });
  session.setPermissionCheckHandler((_, permission) => permissions.has(permission));
  session.setDevicePermissionHandler(() => false);
  session.webRequest.onBeforeRequest(({ url }, decide) => {
    decide({ cancel: !protocols.has(new URL(url).protocol) });
  });
}

/** Chromium's switches that let another program of this computer control the window and read what it shows. */
const DEBUGGING = ['remote-debugging-port', 'remote-debugging-pipe', 'remote-debugging-address'];

/**
 * Ends an installed program that was started with one of DEBUGGING, before Chromium opens the port: this file runs before it does.
 * From the source tree they stay, for the tests and for developers. Returns whether the program continues.
 */
export function refuseDebugging(): boolean {
  const found = app.isPackaged ? DEBUGGING.find((name) => app.commandLine.hasSwitch(name)) : undefined;
  if (found === undefined) return true;
  process.stderr.write(`twinlens: The installed program does not start with --${found}: it would let other programs control it.\n`);
  app.exit(2);
  return false;
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
const isOwnFrame = (url: string): boolean => url.startsWith(`${ORIGIN}/media/`) || url.startsWith(`${ORIGIN}/report-frame.html`);

/** Whether a message comes from the screen itself, not from a report in one of its frames. */
export function isScreen(event: { sender: unknown; senderFrame?: { url: string } | null }): boolean {
  const contents = event.sender as WebContents;
  const frame = event.senderFrame;
  return frame !== null && frame !== undefined && frame === contents.mainFrame && frame.url.startsWith(`${ORIGIN}/`);
}
