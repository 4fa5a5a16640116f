import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { type Desktop, openDesktop } from './electron.ts';

/** What only the desktop program does; needs an Electron runtime on the machine. */

let desktop: Desktop | null = null;
const fresh = (): string => mkdtempSync(join(tmpdir(), 'twinlens desktop '));
const open = async (...given: Parameters<typeof openDesktop>): Promise<Desktop> => (desktop = await openDesktop(...given));
test.afterEach(async () => {
  await desktop?.app.evaluate(({ app }) => app.exit(0)).catch(() => undefined); // the connection ends with the program
  desktop = null;
});

test('the screen has the contract, but no Node, no network and no other window', async () => {
  const { page, app } = await open(['--workspace', fresh()]);
  await expect(page.getByRole('navigation').first()).toBeVisible();
  const found = await page.evaluate(async () => ({
    address: location.origin,
    node: ['require', 'process', 'module', 'Buffer'].filter((name) => name in window),
    bridge: Object.keys(window.api!).sort(),
    network: await fetch('https://127.0.0.1:9/').then(
      () => 'reached',
      () => 'refused',
    ),
    opened: window.open('https://127.0.0.1:9/') === null,
    notifications: await Notification.requestPermission(),
  }));
  expect(found).toEqual({
    address: 'twinlens://app',
    node: [],
    bridge: ['call', 'cancel', 'fileFor', 'listen'],
    network: 'refused',
    opened: true,
    notifications: 'denied',
  });
  await page.evaluate(() => location.assign('https://127.0.0.1:9/'));
  await page.evaluate(() => location.assign('file:///etc/passwd'));
  expect(new URL(page.url()).origin).toBe('twinlens://app');
  expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
});

test('closing while a job runs asks, and closes after confirmation', async () => {
  const { page, app } = await open(['--workspace', fresh(), '--sample']);
  const closing = page.evaluate(
    () => new Promise<unknown>((done) => void window.api!.listen((event, payload) => (event === 'closing' ? done(payload) : undefined))),
  );
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.close());
  expect(await closing).toEqual({ jobs: 1 });
  const closed = app.waitForEvent('close');
  await page.evaluate(() => void window.api!.call('close', 'shell.close', {}));
  await closed;
  desktop = null;
});

test('a second start ends at once', async () => {
  const profile = fresh();
  const workspace = fresh();
  const { app } = await open(['--workspace', workspace], { profile });
  await expect(openDesktop(['--workspace', workspace], { profile })).rejects.toThrow();
  expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
});

test('the window opens where it was closed', async () => {
  const profile = fresh();
  const workspace = fresh();
  const first = await open(['--workspace', workspace], { profile });
  const bounds = { x: 40, y: 60, width: 1100, height: 720 };
  await first.app.evaluate(({ BrowserWindow }, to) => BrowserWindow.getAllWindows()[0]!.setBounds(to), bounds);
  await first.page.waitForTimeout(1000);
  const closed = first.app.waitForEvent('close');
  await first.app.evaluate(({ app }) => app.quit());
  await closed;
  const second = await open(['--workspace', workspace], { profile });
  const found = await second.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.getBounds());
  expect([found.width, found.height]).toEqual([bounds.width, bounds.height]);
});

test('a crashed screen is reloaded', async () => {
  const { page, app } = await open(['--workspace', fresh()]);
  await expect(page.getByRole('navigation').first()).toBeVisible();
  const reloaded = app.evaluate(
    ({ BrowserWindow }) =>
      new Promise<string>((done) => {
        const contents = BrowserWindow.getAllWindows()[0]!.webContents;
        contents.once('did-finish-load', () => done(contents.getURL()));
        contents.forcefullyCrashRenderer();
      }),
  );
  expect(await reloaded).toMatch(/^twinlens:\/\/app\//);
});

test('a workspace that can’t be opened is reported with a way out', async () => {
  const workspace = fresh();
  writeFileSync(join(workspace, 'twinlens.sqlite'), 'no database at all, but some text');
  const { page } = await open(['--workspace', workspace]);
  await expect(page.getByRole('heading', { name: "The workbench can't be opened" })).toBeVisible();
  await expect(page.getByText('It was left untouched')).toBeVisible();
  await expect(page.getByRole('link', { name: 'Choose another workspace folder…' })).toBeVisible();
});
