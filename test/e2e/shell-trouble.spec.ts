import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { writeRedirectFile } from '../../src/main/doors/http/redirect-page.ts';
import { encode } from '../../src/shared/wire.ts';
import { expect, importColours, serve, test } from './kit.ts';
import { serious } from './serious.ts';

/** Failures around the views, each with a message. */

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  return port;
}

test.beforeAll(async ({ served }) => {
  await served.call('settings.set', { tourDone: true });
});

test('a failed job shows one sentence, details to copy and a link', async ({ page, context, served }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const folder = join(served.workspace, 'not images');
  mkdirSync(join(folder, 'a'), { recursive: true });
  writeFileSync(join(folder, 'a', 'note.txt'), 'no image');
  await page.goto(`${served.url}#/reports`);
  await expect(page.getByRole('heading', { level: 1, name: 'Reports' })).toBeVisible();
  await served.job('datasets.import', { folder }).catch(() => undefined);
  const alert = page.getByRole('alert');
  await expect(alert).toContainText(folder);
  await alert.getByRole('button', { name: 'Copy details' }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain('code: bad-dataset');
  await expect(page.getByRole('contentinfo').getByRole('status')).toContainText('failed');
  await page.getByRole('button', { name: '1 failed' }).press('Enter');
  await page.getByRole('button', { name: /^Remove from list/ }).click();
  await expect(page.getByText('No activity since')).toBeVisible();
  await page.keyboard.press('Escape');
  await alert.getByRole('button', { name: 'Dismiss' }).click();
  await expect(alert).toBeHidden();
  await served.job('datasets.import', { folder }).catch(() => undefined);
  await expect(alert).toBeVisible();
  await page.reload(); // a later window does not announce jobs that ended before
  await expect(page.getByRole('button', { name: '1 failed' })).toBeVisible();
  await expect(alert).toHaveCount(0);
});

test('the strip shows and cancels jobs in every view', async ({ page, served }) => {
  const dataset = await importColours(served);
  await page.goto(`${served.url}#/settings`);
  await served.call('runs.start', { dataset, epochs: 5000, size: 32, backbone: 'compact', patience: 0, device: 'cpu' });
  const strip = page.getByRole('contentinfo');
  await expect(strip.getByText(/Epoch \d+ of 5,?000/)).toBeVisible({ timeout: 30_000 });
  await expect(strip.getByText(/images\/s/)).toBeVisible();
  await page.keyboard.press('Control+5');
  const failing = join(served.workspace, 'a folder without images, whose long name fills the line of the message');
  mkdirSync(failing, { recursive: true });
  await served.job('datasets.import', { folder: failing }).catch(() => undefined);
  await expect(page.getByRole('alert')).toBeVisible();
  const [cancel, rest] = [strip.getByRole('button', { name: /^Cancel: / }), strip.getByRole('button', { name: /^\d+ failed/ })];
  const [ends, begins] = [(await cancel.boundingBox())!, (await rest.boundingBox())!];
  expect(ends.x + ends.width).toBeLessThanOrEqual(begins.x);
  await strip.getByRole('button', { name: /^Cancel: / }).press('Enter');
  await expect(strip.getByText('No jobs running')).toBeVisible({ timeout: 30_000 });
  await expect(strip.getByRole('status')).toContainText('cancelled');
});

test('closing the window asks while jobs run', async ({ page, served }) => {
  const [known] = await served.call('datasets.list', {});
  const dataset = known?.dataset ?? (await importColours(served));
  await served.call('runs.start', { dataset, epochs: 5000, size: 32, backbone: 'compact', patience: 0, device: 'cpu' });
  await page.route('**/events', (route) =>
    route.fulfill({ contentType: 'text/event-stream', body: `retry: 60000\nevent: closing\ndata: ${encode({ jobs: 1 })}\n\n` }),
  );
  await page.goto(served.url);
  const question = page.getByRole('dialog', { name: 'Work is still running' });
  await expect(question).toContainText('1 job is still running');
  expect(await serious(page)).toEqual([]);
  await question.getByRole('button', { name: 'Keep working' }).click();
  await expect(question).toBeHidden();
  const [job] = await served.call('jobs.list', {});
  expect(job!.status).toBe('running');
  await page.reload();
  const answered = page.waitForRequest('**/call/shell.close');
  await question.getByRole('button', { name: 'Cancel jobs and close' }).click();
  await answered; // the desktop window closes; a browser shows that it must be closed by hand
  await served.call('jobs.cancel', { job: job!.job });
});

for (const [trouble, answer] of [
  ['breaks', { contentType: 'text/javascript', body: 'export default function () { throw new Error("broken on purpose"); }' }],
  ['can’t be loaded', { status: 404 }],
] as const) {
  test(`a view that ${trouble} leaves the rest of the app working`, async ({ page, served }) => {
    await page.route('**/ReportsView-*.js', (route) => route.fulfill(answer));
    await page.goto(`${served.url}#/reports`);
    await expect(page.getByRole('heading', { name: 'Reports can’t be shown' })).toBeVisible();
    await page.getByRole('button', { name: 'Go to Images' }).click();
    await expect(page).toHaveTitle('Images · Twinlens');
    await expect(page.getByRole('main').getByRole('heading', { level: 1 })).toBeVisible();
  });
}

test('a failed start shows the reason and can be retried', async ({ page, served }) => {
  await page.route('**/call/settings.get', (route) => route.abort());
  await page.goto(served.url);
  await expect(page.getByRole('heading', { name: 'Twinlens could not start' })).toBeVisible();
  await expect(page.getByRole('alert')).toContainText('Connection lost');
  await page.unroute('**/call/settings.get');
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('navigation', { name: 'Workbench' })).toBeVisible();
});

test('a lost connection is shown, and so is a restart', async ({ page }) => {
  const args = ['--port', String(await freePort())];
  const first = await serve({ args });
  await page.goto(`${first.url}#/settings`);
  await expect(page.getByRole('heading', { level: 1, name: 'Settings' })).toBeVisible();
  await first.stop();
  await expect(page.getByText('Connection lost.')).toBeVisible({ timeout: 20_000 });
  const second = await serve({ args });
  try {
    await expect(page.getByText('Twinlens was restarted.')).toBeVisible({ timeout: 20_000 });
  } finally {
    await second.stop();
  }
});

test('a page that is open finds its server again after a restart, without a new address', async ({ page }) => {
  const workspace = mkdtempSync(join(tmpdir(), 'twinlens restarted '));
  const first = await serve({ workspace });
  await page.goto(first.url);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await first.stop('SIGKILL'); // nothing could be tidied up
  const lost = page.getByText('Connection lost.'); // in the banner, and in the message of a call that failed meanwhile
  await expect(lost.first()).toBeVisible({ timeout: 15_000 });
  const second = await serve({ workspace });
  try {
    expect(second.url).toBe(first.url);
    await expect(lost).toHaveCount(0, { timeout: 15_000 });
    await expect(page.getByRole('alert')).toHaveCount(0);
    await importColours(second, 2, 'after');
    await expect(page.getByRole('heading', { level: 1, name: 'after' })).toBeVisible({ timeout: 15_000 });
  } finally {
    await second.stop();
    rmSync(workspace, { recursive: true, force: true, maxRetries: 5 });
  }
});

test('the file that --open gives to the browser leads to the screen, with no token left in the address', async ({ page, served }) => {
  const file = await writeRedirectFile(served.url, mkdtempSync(join(tmpdir(), 'twinlens open ')));
  await page.goto(file);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  expect(page.url()).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/(#.*)?$/);
  const developer = await page.context().newCDPSession(page);
  const { entries } = await developer.send('Page.getNavigationHistory');
  expect(entries.map(({ url }) => url).filter((url) => /token|file:/.test(url))).toEqual([]);
});

test('a warning of a database that another program changed is above every view until it is hidden', async ({ page }) => {
  const workspace = mkdtempSync(join(tmpdir(), 'twinlens changed '));
  await (await serve({ workspace })).stop();
  const db = new Database(join(workspace, 'twinlens.sqlite'));
  db.exec('CREATE TABLE notes (text TEXT)');
  db.close();
  const served = await serve({ workspace });
  try {
    await served.call('settings.set', { tourDone: true });
    await page.goto(served.url);
    const alert = page.getByRole('alert').filter({ hasText: 'was changed by another program, or damaged, since Twinlens closed it' });
    await expect(alert).toBeVisible();
    await page.keyboard.press('Control+5');
    await expect(page.getByRole('heading', { level: 1, name: 'Reports' })).toBeVisible();
    await expect(alert).toBeVisible();
    expect(await serious(page)).toEqual([]);
    await alert.getByRole('button', { name: 'Hide warnings' }).click();
    await expect(alert).toHaveCount(0);
  } finally {
    await served.stop();
    rmSync(workspace, { recursive: true, force: true });
  }
});
