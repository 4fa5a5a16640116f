// Measures the workbench on a large data set: `node scripts/measure-large.mjs [images] [--keep FOLDER] [--no-screen]`, after a build.
// Prints the delay of main's event loop during an import, edits, sampling of pairs, an export, a relocation and the start of a
// training, and how the grid scrolls in Chromium (frames per second, long tasks; not with --no-screen). It asserts nothing: the
// figures depend on the machine.
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { chromium } from '@playwright/test';
import { measureGrid } from './measure/scrolling.mjs';
import { noisyPng } from './measure/png.mjs';
import { root, startServer } from './measure/server.mjs';

const args = process.argv.slice(2);
const keep = args.includes('--keep') ? args[args.indexOf('--keep') + 1] : undefined;
const count = Number(args.find((arg) => /^\d+$/.test(arg)) ?? 100_000);
const base = keep ?? mkdtempSync(path.join(os.tmpdir(), 'twinlens large '));
const folder = path.join(base, 'images');
const CLASSES = 12;

/** Writes small images of noise, each different, unless the folder exists. */
function drawImages() {
  if (existsSync(folder)) return;
  for (let c = 0; c < CLASSES; c++) mkdirSync(path.join(folder, `class ${c}`), { recursive: true });
  for (let i = 0; i < count; i++) writeFileSync(path.join(folder, `class ${i % CLASSES}`, `image ${i}.png`), noisyPng(i, 40));
}

drawImages();
const server = await startServer({
  workspace: path.join(base, 'workspace'),
  settings: path.join(base, 'settings.json'),
  before: ['--import', path.join(root, 'scripts', 'measure', 'loop-delay.mjs')],
  ipc: true,
});
const { call, child, endOf, url } = server;

/**
 * Runs `work` and prints its seconds and the delay of main's event loop.
 * @template T
 * @param {string} title
 * @param {() => Promise<T>} work
 */
async function measure(title, work) {
  const readDelay = () => new Promise((resolve) => (child.once('message', resolve), child.send('delay')));
  await readDelay();
  await new Promise((resolve) => setTimeout(resolve, 100)); // the first tick after a reset only starts the measurement
  const startedMs = performance.now();
  const result = await work();
  await new Promise((resolve) => setTimeout(resolve, 600)); // a late tick still belongs to this work
  const delay = /** @type {{ p99: number, max: number }} */ (await readDelay());
  const seconds = ((performance.now() - startedMs) / 1000 - 0.6).toFixed(1);
  console.log(`${title}: ${seconds} s, delay of main's loop: p99 ${delay.p99.toFixed(1)} ms, longest ${delay.max.toFixed(1)} ms`);
  return result;
}

/** Prints how the grid scrolls. */
async function measureScrolling() {
  const browser = await chromium.launch({
    executablePath: process.env['PLAYWRIGHT_CHROMIUM'] || '/usr/bin/chromium',
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
  try {
    await measureGrid(browser, url.href);
  } finally {
    await browser.close();
  }
}

try {
  const known = await call('datasets.list');
  const dataset = known.length > 0 ? known[0].dataset : 'large';
  if (known.length === 0)
    await measure(`import of ${count} images`, async () => endOf((await call('datasets.import', { folder, name: 'large' })).job));
  const { ids } = await measure('find all ids', () =>
    call('images.find', { dataset, text: '', classes: [], splits: [], tags: [], state: 'all', sort: 'class', descending: false }),
  );
  const some = [...ids.slice(0, 10_000)];
  await measure('count images', () => call('datasets.counts', { dataset }));
  await measure('tag 10,000 images', () => call('curation.apply', { dataset, edit: { kind: 'tag', ids: some, tag: 'seen' } }));
  await measure('exclude 10,000 images', () => call('curation.apply', { dataset, edit: { kind: 'exclude', ids: some } }));
  await measure('relabel 10,000 images', () =>
    call('curation.apply', { dataset, edit: { kind: 'relabel', ids: [...ids.slice(-10_000)], className: 'class 0' } }),
  );
  await measure('undo relabel', () => call('curation.undo', { dataset }));
  await measure('sample pairs', () => call('datasets.get', { dataset }));
  await measure('undo exclude', () => call('curation.undo', { dataset }));
  await measure('undo tag', () => call('curation.undo', { dataset }));
  await measure('list data sets', () => call('datasets.list'));
  await measure('plan a training', () => call('runs.plan', { choices: { dataset } }));
  await measure('export CSV', async () => endOf((await call('datasets.export', { dataset, format: 'csv' })).job));
  await measure('relocate folder', () => call('datasets.relocate', { dataset, folder }));
  await measure('start a training', async () => {
    const { job } = await call('runs.start', { dataset, size: 32, epochs: 1 });
    for (;;) {
      const { progress, status } = (await call('jobs.list')).find((/** @type {{ job: string }} */ one) => one.job === job);
      if (progress.done > 0 || status !== 'running') break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await call('jobs.cancel', { job });
    return endOf(job);
  });

  if (!args.includes('--no-screen')) await measureScrolling();
} finally {
  await server.stop();
  if (keep === undefined) rmSync(base, { recursive: true, force: true });
}
