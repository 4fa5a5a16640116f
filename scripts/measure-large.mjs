// The workbench on a large data set: `node scripts/measure-large.mjs [images] [--keep FOLDER] [--no-screen]`, after a build.
// How long main's event loop was held during an import, edits, the drawing of pairs after them, an export, a new place of the folder and
// the start of a training, and how the grid scrolls in Chromium (frames a second, long tasks; not with --no-screen). Reports figures; asserts nothing, since they depend on the machine they were taken on.
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { chromium } from '@playwright/test';
import { flings } from './measure/fling.mjs';
import { noisyPng } from './measure/png.mjs';
import { root, servedOn } from './measure/served.mjs';

const args = process.argv.slice(2);
const kept = args.includes('--keep') ? args[args.indexOf('--keep') + 1] : undefined;
const count = Number(args.find((arg) => /^\d+$/.test(arg)) ?? 100_000);
const place = kept ?? mkdtempSync(path.join(os.tmpdir(), 'twinlens large '));
const folder = path.join(place, 'images');
const CLASSES = 12;

/** Draws what is not there yet: small pictures of noise, each another one. */
function draw() {
  if (existsSync(folder)) return;
  for (let c = 0; c < CLASSES; c++) mkdirSync(path.join(folder, `class ${c}`), { recursive: true });
  for (let i = 0; i < count; i++) writeFileSync(path.join(folder, `class ${i % CLASSES}`, `image ${i}.png`), noisyPng(i, 40));
}

draw();
const served = await servedOn({
  workspace: path.join(place, 'workspace'),
  settings: path.join(place, 'settings.json'),
  before: ['--import', path.join(root, 'scripts', 'measure', 'loop-delay.mjs')],
  ipc: true,
});
const { call, child, endOf, url } = served;

/**
 * What main's event loop went through while `work` was done.
 * @template T
 * @param {string} title
 * @param {() => Promise<T>} work
 */
async function told(title, work) {
  const ask = () => new Promise((resolve) => (child.once('message', resolve), child.send('delay')));
  await ask();
  await new Promise((resolve) => setTimeout(resolve, 100)); // the first tick after a reset only begins to count
  const startedMs = performance.now();
  const result = await work();
  await new Promise((resolve) => setTimeout(resolve, 600)); // what is told late belongs to it
  const delay = /** @type {{ p99: number, max: number }} */ (await ask());
  const seconds = ((performance.now() - startedMs) / 1000 - 0.6).toFixed(1);
  console.log(`${title}: ${seconds} s, main's loop late by p99 ${delay.p99.toFixed(1)} ms, at most ${delay.max.toFixed(1)} ms`);
  return result;
}

/** How the grid scrolls. */
async function screen() {
  const browser = await chromium.launch({
    executablePath: process.env['PLAYWRIGHT_CHROMIUM'] || '/usr/bin/chromium',
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
  try {
    await flings(browser, url.href);
  } finally {
    await browser.close();
  }
}

try {
  const known = await call('datasets.list');
  const dataset = known.length > 0 ? known[0].dataset : 'large';
  if (known.length === 0) await told(`import of ${count} images`, async () => endOf((await call('datasets.import', { folder, name: 'large' })).job));
  const { ids } = await told('all ids found', () =>
    call('images.find', { dataset, text: '', classes: [], splits: [], tags: [], state: 'all', sort: 'class', descending: false }),
  );
  const some = [...ids.slice(0, 10_000)];
  await told('images counted', () => call('datasets.counts', { dataset }));
  await told('10,000 images tagged', () => call('curation.apply', { dataset, edit: { kind: 'tag', ids: some, tag: 'seen' } }));
  await told('10,000 images excluded', () => call('curation.apply', { dataset, edit: { kind: 'exclude', ids: some } }));
  await told('10,000 images relabelled', () =>
    call('curation.apply', { dataset, edit: { kind: 'relabel', ids: [...ids.slice(-10_000)], className: 'class 0' } }),
  );
  await told('relabelling undone', () => call('curation.undo', { dataset }));
  await told('pairs drawn after it', () => call('datasets.get', { dataset }));
  await told('undone', () => call('curation.undo', { dataset }));
  await told('tag undone', () => call('curation.undo', { dataset }));
  await told('the list of data sets', () => call('datasets.list'));
  await told('a form of training', () => call('runs.plan', { choices: { dataset } }));
  await told('the list of images written', async () => endOf((await call('datasets.export', { dataset, format: 'csv' })).job));
  await told('the folder found again', () => call('datasets.relocate', { dataset, folder }));
  await told('a training begun', async () => {
    const { job } = await call('runs.start', { dataset, size: 32, epochs: 1 });
    for (;;) {
      const { progress, status } = (await call('jobs.list')).find((/** @type {{ job: string }} */ one) => one.job === job);
      if (progress.done > 0 || status !== 'running') break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await call('jobs.cancel', { job });
    return endOf(job);
  });

  if (!args.includes('--no-screen')) await screen();
} finally {
  await served.stop();
  if (kept === undefined) rmSync(place, { recursive: true, force: true });
}
