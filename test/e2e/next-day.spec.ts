import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { drawColours } from '../doors/cli/kit.ts';
import { expect as base, serve, type ServedWorkbench, test } from './kit.ts';

const expect = base.configure({ timeout: 20_000 });

/** A day's work by mouse and keyboard, a killed process, and the next start on the same workspace. */

const toolbar = (page: Page, name: RegExp) => page.getByRole('button', { name }).first();
const changes = (page: Page) => page.getByRole('region', { name: 'History' }).getByRole('listitem');

test('everything is there the next day: data set, edits, run, comparison with judgement, report and last route', async ({ page }) => {
  const workspace = mkdtempSync(join(tmpdir(), 'twinlens next day '));
  const folder = join(workspace, 'source', 'Shells');
  await drawColours(folder, 12);
  const monday = await serve({ workspace });
  let tuesday: ServedWorkbench | null = null;
  try {
    await page.goto(monday.url);
    await page.getByRole('button', { name: 'Choose folder…' }).click();
    const picker = page.getByRole('dialog', { name: 'Choose the folder with your images' });
    await expect(picker.getByLabel('Folder', { exact: true })).not.toHaveValue(''); // a default folder
    await picker.getByLabel('Folder', { exact: true }).fill(folder);
    await picker.getByLabel('Folder', { exact: true }).press('Enter');
    await expect(picker.getByRole('button', { name: 'red', exact: true })).toBeVisible();
    await picker
      .getByRole('button', { name: /choose/i })
      .last()
      .click();
    await page.getByRole('form', { name: 'Import' }).getByRole('button', { name: 'Import images' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Shells' })).toBeVisible();

    // Two edits, the second undone: the history must list both after the restart.
    const tiles = page.getByRole('listbox', { name: 'Images' }).getByRole('option');
    await tiles.nth(3).click();
    await page.keyboard.press('x');
    await expect(changes(page).first()).toContainText('Excluded 1 image');
    await tiles.nth(4).click();
    await page.keyboard.press('x');
    await expect(changes(page)).toHaveCount(2);
    await page.keyboard.press('Control+z');
    await expect(toolbar(page, /^Redo: Excluded 1 image/)).toBeEnabled();

    await page.goto(`${monday.url}#/train`);
    await page.getByRole('button', { name: 'Set up training' }).click();
    await page.getByRole('radio', { name: /^From scratch/ }).click();
    const more = page.getByRole('button', { name: /^More settings/ });
    if ((await more.getAttribute('aria-expanded')) === 'false') await more.click();
    await page.getByLabel('Image size', { exact: true }).fill('32');
    await page.getByLabel('Epochs', { exact: true }).fill('2');
    await page.keyboard.press('Control+Enter');
    await expect
      .poll(async () => (await monday.call('runs.list', {}))[0]?.metrics.some(({ split }) => split === 'test'), { timeout: 60_000 })
      .toBe(true);

    const { dataset } = (await monday.call('datasets.list', {}))[0]!;
    await page.goto(`${monday.url}#/compare?a=${dataset}/0&b=${dataset}/13`);
    await page.locator('[data-verdict]').waitFor();
    const verdict = await page.locator('[data-verdict]').textContent();
    await page.getByRole('button', { name: /^Disagree/ }).click();
    await page.getByRole('textbox', { name: /note/i }).fill('Same <i>light</i>, other shell.');
    await expect(page.getByRole('button', { name: 'Saved', exact: true })).toBeVisible(); // a judgement saves
    await expect.poll(async () => (await monday.call('compare.list', { saved: true }))[0]?.note).toBe('Same <i>light</i>, other shell.');
    const { comparison } = (await monday.call('compare.list', { saved: true }))[0]!;

    await page.goto(`${monday.url}#/reports`);
    await page
      .getByRole('list', { name: /Saved comparisons/ })
      .getByRole('checkbox')
      .first()
      .check();
    await page.getByRole('button', { name: 'Create report' }).click();
    await page.getByRole('textbox', { name: 'Title' }).fill('Shells of Monday');
    await expect(page.getByRole('status').filter({ hasText: /^Saved$/ })).toBeVisible();
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save HTML' }).click();
    await download;
    const lastRoute = new URL(page.url()).hash;
    await expect.poll(async () => `#${(await monday.call('settings.get', {})).route}`).toBe(lastRoute);

    // A training whose process is killed before it can clean up.
    const training = (await monday.call('runs.start', { dataset, epochs: 5000, size: 32, backbone: 'compact', patience: 0, device: 'cpu' })).job;
    await expect.poll(async () => (await monday.call('runs.list', {}))[0]!.epochs.length, { timeout: 60_000 }).toBeGreaterThan(1);
    expect(training).toBeTruthy();
    await monday.stop('SIGKILL');

    tuesday = await serve({ workspace });
    await page.goto(tuesday.url);
    await expect(page.getByRole('heading', { level: 1, name: 'Shells of Monday' })).toBeVisible();
    expect(new URL(page.url()).hash).toBe(lastRoute);
    await expect(page.frameLocator('iframe').getByRole('heading', { level: 1 })).toBeVisible();
    await page.getByRole('button', { name: 'Next part' }).click();
    await expect(page.frameLocator('iframe').locator('.comparison')).toHaveCount(1);
    await expect(page.getByRole('link', { name: 'HTML · open' })).toBeVisible();

    await page.goto(`${tuesday.url}#/compare?c=${comparison}`);
    await expect(page.locator('[data-verdict]')).toHaveText(verdict!);
    await expect(page.getByRole('button', { name: /^Disagree/ })).toHaveAttribute('aria-pressed', 'true');
    await expect(page.getByRole('textbox', { name: /note/i })).toHaveValue('Same <i>light</i>, other shell.');

    await page.goto(`${tuesday.url}#/images`);
    await expect(page.getByText('35 images · 1 excluded · 3 classes')).toBeVisible();
    await expect(changes(page)).toHaveCount(2);
    await toolbar(page, /^Undo: Excluded 1 image/).click();
    await expect(page.getByText('36 images · 3 classes')).toBeVisible();
    await toolbar(page, /^Redo: Excluded 1 image/).click();
    await toolbar(page, /^Redo: Excluded 1 image/).click();
    await expect(page.getByText('34 images · 2 excluded · 3 classes')).toBeVisible();
    await toolbar(page, /^Undo: Excluded 1 image/).click(); // as the run was trained on it
    await expect(page.getByText('35 images · 1 excluded · 3 classes')).toBeVisible();

    await page.goto(`${tuesday.url}#/train`);
    await expect(page.getByRole('row').filter({ hasText: 'Done' })).toHaveCount(1);
    await page
      .getByRole('button', { name: /^Resume/ })
      .first()
      .click();
    await expect
      .poll(async () => (await tuesday!.call('jobs.list', {})).filter((job) => job.kind === 'train' && job.status === 'running').length)
      .toBe(1);
    const [job] = await tuesday.call('jobs.list', {});
    await tuesday.call('jobs.cancel', { job: job!.job });
  } finally {
    await (tuesday ?? monday).stop();
    rmSync(workspace, { recursive: true, force: true, maxRetries: 5 });
  }
});
