// Takes the screenshots of the README: `node scripts/screens.mjs [--keep FOLDER]`, after a build. It runs the demo in a temporary
// workspace (about two minutes), serves it and photographs each view in Chromium at 1280 x 800. --keep retains the workspace, so a
// second call skips the demo.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { chromium } from '@playwright/test';
import { findChromium } from './bootstrap/system.mjs';
import { root, startServer } from './measure/server.mjs';

const args = process.argv.slice(2);
const keep = args.includes('--keep') ? args[args.indexOf('--keep') + 1] : undefined;
const base = keep ?? mkdtempSync(path.join(os.tmpdir(), 'twinlens screens '));
const workspace = path.join(base, 'workspace');
const settings = path.join(base, 'settings.json');
const OUT = path.join(root, 'resources', 'screens');

if (!existsSync(workspace)) {
  const cli = path.join(root, 'dist', 'main', 'cli.cjs');
  execFileSync(process.execPath, [cli, 'demo', '--workspace', workspace], { stdio: 'inherit', env: { ...process.env, TWINLENS_SETTINGS: settings } });
}
const { call, endOf, stop, url } = await startServer({ workspace, settings });
const browser = await chromium.launch({
  executablePath: findChromium() ?? '/usr/bin/chromium',
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});

/**
 * One screenshot in a fresh window.
 * @param {string} name of the file
 * @param {'dark' | 'light'} colorScheme
 * @param {string} route behind the #
 * @param {(page: import('@playwright/test').Page) => Promise<unknown>} prepare waits for the view, brings it into the wanted state
 */
async function shoot(name, colorScheme, route, prepare) {
  const page = await browser.newPage({ colorScheme, viewport: { width: 1280, height: 800 } });
  await page.goto(url.href);
  await page.getByRole('navigation').first().waitFor();
  await page.evaluate((target) => (location.hash = target), `#/${route}`);
  await prepare(page);
  await page.mouse.move(0, 0);
  await page.waitForTimeout(1500); // transitions and late thumbnails
  await page.screenshot({ path: path.join(OUT, `${name}.png`) });
  await page.close();
}

try {
  const comparisons = await call('compare.list', {});
  for (const { comparison } of comparisons) await call('compare.annotate', { comparison, saved: true });
  const { comparison: shown } = comparisons.find((/** @type {{ verdict: string }} */ row) => row.verdict === 'different');
  await shoot('images', 'dark', 'images', (page) => page.getByRole('listbox', { name: 'Images' }).getByRole('option').first().waitFor());
  const { dataset } = (await call('datasets.list', {}))[0];
  const source = { encoder: 'patches', weights: null };
  for (const name of ['embeddings.start', 'imageMap.start']) await endOf((await call(name, { dataset, source })).job);
  await shoot('explore', 'light', 'explore?tab=map', (page) => page.locator('canvas').first().waitFor());
  await shoot('train', 'dark', 'train', (page) => page.getByRole('row').nth(1).waitFor());
  for (const [name, scheme, key] of /** @type {const} */ ([
    ['compare', 'dark', 'f'],
    ['compare-light', 'light', 's'],
  ])) {
    await shoot(name, scheme, `compare?c=${shown}`, async (page) => {
      await page.getByText('Different', { exact: true }).first().waitFor();
      await page.keyboard.press(key);
    });
  }
  await shoot('reports', 'dark', 'reports', (page) => page.getByRole('heading', { name: 'Reports', level: 1 }).waitFor());
} finally {
  await browser.close();
  await stop();
  if (keep === undefined) rmSync(base, { recursive: true, force: true });
}
