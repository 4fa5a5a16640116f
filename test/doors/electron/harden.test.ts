import type { Session } from 'electron';
import { expect, test, vi } from 'vitest';
import { hardenPrintSession, hardenSession } from '../../../src/main/doors/electron/harden.ts';

vi.mock('electron', () => ({ app: { on: () => undefined } }));

const PERMISSIONS = [
  'media',
  'geolocation',
  'notifications',
  'clipboard-read',
  'clipboard-sanitized-write',
  'fileSystem',
  'usb',
  'hid',
  'openExternal',
];
const URLS = [
  'https://example.org/',
  'http://127.0.0.1:9/',
  'ws://example.org/',
  'ftp://example.org/',
  'file:///tmp/report.html',
  'data:image/png;base64,',
  'twinlens://app/',
];

/** What a session answers after it was hardened. */
function answersOf(harden: (session: Session) => void) {
  const allowed = { requested: [] as string[], checked: [] as string[], devices: true, loaded: [] as string[] };
  const session = {
    setPermissionRequestHandler: (decide: (contents: null, permission: string, done: (is: boolean) => void) => void) => {
      for (const permission of PERMISSIONS) decide(null, permission, (is) => is && allowed.requested.push(permission));
    },
    setPermissionCheckHandler: (check: (contents: null, permission: string) => boolean) => {
      allowed.checked = PERMISSIONS.filter((permission) => check(null, permission));
    },
    setDevicePermissionHandler: (check: () => boolean) => (allowed.devices = check()),
    webRequest: {
      onBeforeRequest: (decide: (details: { url: string }, done: (answer: { cancel: boolean }) => void) => void) => {
        for (const url of URLS) decide({ url }, ({ cancel }) => cancel || allowed.loaded.push(url));
      },
    },
  };
  harden(session as unknown as Session);
  return allowed;
}

test('the window’s session may write to the clipboard, and loads only the screen', () => {
  const copy = ['clipboard-sanitized-write'];
  expect(answersOf(hardenSession)).toEqual({ requested: copy, checked: copy, devices: false, loaded: ['data:image/png;base64,', 'twinlens://app/'] });
});

test('the session that prints a report has no permission, and loads only files', () => {
  const loaded = ['file:///tmp/report.html', 'data:image/png;base64,'];
  expect(answersOf(hardenPrintSession)).toEqual({ requested: [], checked: [], devices: false, loaded });
});
