import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from './kit.ts';

test.beforeAll(async ({ served }) => {
  await served.call('settings.set', { tourDone: true });
});

test('Settings offers diagnostics to copy, without the token, and says where the logs are', async ({ page, context, served }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto(`${served.url}#/settings`);
  const section = page.getByRole('region', { name: 'Diagnostics' });
  await expect(section.getByText(join(served.workspace, 'logs'))).toBeVisible();
  await section.getByRole('button', { name: 'Copy diagnostics' }).click();
  await expect(section.getByRole('button', { name: 'Copied' })).toBeVisible();
  const text = await page.evaluate(() => navigator.clipboard.readText());
  expect(JSON.parse(text)).toMatchObject({
    versions: { twinlens: expect.any(String) as unknown },
    logs: { 'serve.log': expect.any(Array) as unknown },
  });
  expect(text).not.toContain(new URL(served.url).searchParams.get('token')!);
});

test('an unexpected error names its log, and offers diagnostics beside its details', async ({ page, context, served }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto(`${served.url}#/settings`);
  await expect(page.getByRole('heading', { level: 1, name: 'Settings' })).toBeVisible();
  const db = new Database(join(served.workspace, 'twinlens.sqlite'));
  db.exec('ALTER TABLE reports RENAME TO reports_gone'); // the next query fails in a way that no code expects
  db.close();
  await page.goto(`${served.url}#/reports`);
  const alert = page.getByRole('alert').filter({ hasText: 'no such table' }).first();
  await expect(alert).toContainText(join(served.workspace, 'logs', 'serve.log'));
  await expect(alert.getByRole('button', { name: 'Copy details' })).toBeVisible();
  await alert.getByRole('button', { name: 'Copy diagnostics' }).click();
  await expect(alert.getByRole('button', { name: 'Copied' })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/SqliteError: no such table/);
});

for (const [kind, raise] of Object.entries({
  exception: (): void =>
    void setTimeout(() => {
      throw new Error('planted exception');
    }),
  rejection: (): void => void Promise.reject(new Error('planted rejection')),
}))
  test(`shows an uncaught ${kind} of the screen with the log that has its stack`, async ({ page, served }) => {
    await page.goto(`${served.url}#/settings`);
    await expect(page.getByRole('heading', { level: 1, name: 'Settings' })).toBeVisible();
    const log = join(served.workspace, 'logs', 'serve.log');
    await page.evaluate(raise);
    const alert = page.getByRole('alert').filter({ hasText: `planted ${kind}` });
    await expect(alert).toContainText(log);
    await expect(alert.getByRole('button', { name: 'Copy diagnostics' })).toBeVisible();
    const logged = (): string | undefined =>
      readFileSync(log, 'utf8')
        .split('\n')
        .find((line) => line.includes(`planted ${kind}`));
    await expect.poll(logged).toBeDefined();
    expect(JSON.parse(logged()!)).toMatchObject({ level: 'error', part: 'screen', err: { stack: expect.stringMatching(/\n\s+at /) as unknown } });
  });
