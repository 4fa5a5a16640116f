import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { chromium } from '@playwright/test';
import { findChromium } from '../bootstrap/system.mjs';
import { noisyPng } from '../measure/png.mjs';
import { pick } from './inputs.mjs';
import { serve } from './program.mjs';
import { Unavailable } from './runner.mjs';

/** @typedef {import('../../src/shared/random.ts').Random} Random */

/** Each sets `window.ran` if it runs as a script. IN_FILES has no slash, so these can be file names. */
const IN_FILES = [
  '<img src=x onerror=window.ran=1>',
  '"><svg onload=window.ran=1>',
  "'-(window.ran=1)-'",
  '${window.ran=1}',
  '{{constructor.constructor("window.ran=1")()}}',
  'javascript:window.ran=1',
  '\u202egpj.exe',
  'two\nlines',
  '&lt;b&gt;&#60;i&#62;',
  '`window.ran=1`',
  '%3Cscript%3Ewindow.ran=1%3C%2Fscript%3E',
  ' blank ',
  '..%2f..%2fetc',
  '#?&=',
  'O\'Brien "Q"',
  'e\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301',
];
const IN_TEXTS = [
  ...IN_FILES,
  '<script>window.ran=1</script>',
  '</script><script>window.ran=1</script>',
  '</title></style><script>window.ran=1</script>',
  '-->]]><script>window.ran=1</script>',
  '<iframe srcdoc="<script>parent.ran=1</script>"></iframe>',
  '<a href="javascript:window.ran=1">click</a>',
  '../../../etc/passwd',
];

const VIEWS = ['images', 'explore', 'train', 'compare', 'reports', 'settings'];
const PER_CLASS = 6;

/**
 * Names of files, classes, data set, tag, note and title that are markup, script, right-to-left text, line breaks, quotes or paths,
 * up to 255 bytes long: imported, trained on, compared, saved and written to a report, then shown by Chromium on every view, in the
 * report's preview, and in the report opened from the disk.
 *
 * Held means for each page:
 * - nothing of a name ran (`window.ran` is unset in every frame, no dialog), no element was made of a name, nothing was requested from
 *   elsewhere;
 * - no violation of the content security policy was reported, no error logged;
 * - the pages that name the data set or title show it as text.
 * @type {import('./runner.mjs').Part}
 */
export const names = {
  name: 'names',
  about: 'hostile names through screen and report, in Chromium',
  cases: 16,
  async prepare({ folder }) {
    const executablePath = process.env['PLAYWRIGHT_CHROMIUM'] ?? findChromium();
    if (executablePath === null) throw new Unavailable('there is no Chromium');
    const browser = await chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
    return {
      end: () => browser.close(),
      async attempt(number, random, tally) {
        const own = path.join(folder, `${number}`);
        const environment = { home: path.join(own, 'home') };
        const server = await serve(path.join(own, 'workspace'), environment);
        const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
        try {
          const made = await useNames(server, path.join(own, 'images'), random);
          const page = await context.newPage();
          const watched = await watch(page, server.url.origin);
          await page.goto(server.url.href);
          for (const view of VIEWS) {
            await page.evaluate((hash) => (location.hash = hash), view === 'compare' ? `#/compare?c=${made.comparison}` : `#/${view}`);
            await page.waitForTimeout(400);
            report(
              tally,
              `view ${view}`,
              await watched(view === 'images' || view === 'compare' ? [made.name] : view === 'reports' ? [made.title] : []),
            );
          }
          await page.goto(pathToFileURL(made.file).href);
          report(tally, 'report', await watched([made.title]));
        } finally {
          await context.close();
          await server.stop();
        }
      },
    };
  },
};

/** @param {import('./runner.mjs').Tally} tally @param {string} where @param {string[]} faults */
function report(tally, where, faults) {
  if (faults.length) tally.lost(`${where}: ${faults.join('; ')}`);
  else tally.held();
}

/** A name of at most 255 bytes, sometimes of exactly 255. @param {string} name @param {Random} random @param {string} [ending] */
function lengthened(name, random, ending = '') {
  const room = 255 - Buffer.byteLength(name + ending);
  return `${name}${random.below(4) ? '' : 'x'.repeat(room)}${ending}`;
}

/** @param {import('./program.mjs').Served} server @param {string} folder @param {Random} random */
async function useNames(server, folder, random) {
  const classes = random.shuffle(IN_FILES).slice(0, 3);
  classes.forEach((className, k) => {
    const inside = path.join(folder, lengthened(className, random));
    mkdirSync(inside, { recursive: true });
    for (let i = 0; i < PER_CLASS; i++)
      writeFileSync(path.join(inside, lengthened(`${i}${pick(IN_FILES, random)}`, random, '.png')), noisyPng(k + 100 * i, 40));
  });
  const [name, tag, note, title] = Array.from({ length: 4 }, () => pick(IN_TEXTS, random));
  const done = async (/** @type {string} */ call, /** @type {object} */ input) => {
    const job = await server.job(call, input);
    if (job.status !== 'done') throw new Error(`${call}: ${job.error?.message}`);
    return job.result;
  };
  const { dataset } = await done('datasets.import', { folder, name });
  await server.value('curation.apply', { dataset, edit: { kind: 'tag', ids: [0, 1], tag } });
  await server.value('curation.apply', { dataset, edit: { kind: 'relabel', ids: [2], className: pick(IN_TEXTS, random).slice(0, 200) } });
  const { run } = await done('runs.start', { dataset, size: 32, epochs: 1, device: 'cpu' });
  await server.value('runs.annotate', { run, name: pick(IN_TEXTS, random), note, tags: [tag?.slice(0, 100)] });
  const { row: comparison } = await server.value('compare.explain', { run, a: { dataset, id: 0 }, b: { dataset, id: 9 } });
  await server.value('compare.annotate', { comparison: comparison.comparison, saved: true, note });
  const draft = { title, introduction: pick(IN_TEXTS, random), comparisons: [comparison.comparison] };
  const saved = await server.value('reports.save', draft);
  const { file } = await done('reports.write', { report: saved.report, format: 'html' });
  return { name: name ?? '', title: title ?? '', comparison: comparison.comparison, file };
}

/**
 * Watches a page. The returned function gives what is wrong with it now; `texts`: what it must show.
 * @param {import('@playwright/test').Page} page @param {string} origin
 * @returns {Promise<(texts: string[]) => Promise<string[]>>}
 */
async function watch(page, origin) {
  /** @type {string[]} */
  let seen = [];
  page.on('dialog', (dialog) => {
    seen.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('pageerror', (error) => seen.push(`an error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') seen.push(`logged: ${message.text()}`);
  });
  page.on('request', (request) => {
    const url = request.url();
    if (![origin, 'data:', 'blob:', 'file:', 'about:'].some((start) => url.startsWith(start))) seen.push(`a request to ${url}`);
  });
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));
  });
  return async (texts) => {
    for (const frame of page.frames()) {
      const ran = await frame.evaluate(() => 'ran' in window).catch(() => false); // a frame in a sandbox can't be asked; its scripts are off
      if (ran) seen.push('a name ran as script');
    }
    const elements = await page.evaluate(
      () =>
        document.querySelectorAll('img[src="x"], [onerror], [onload], a[href^="javascript"], iframe[srcdoc*="parent.ran"], script:not([src])').length,
    );
    if (elements) seen.push(`${elements} elements made of names`);
    const shown = squeeze(
      await page.evaluate(
        () =>
          document.body.innerText +
          [...document.querySelectorAll('input, textarea')].map((field) => /** @type {HTMLInputElement} */ (field).value).join(' '),
      ),
    );
    for (const text of texts) if (!shown.includes(squeeze(text))) seen.push(`${JSON.stringify(text)} is not shown`);
    const faults = seen;
    seen = [];
    return faults;
  };
}

/** Without spaces: a page may wrap or collapse them. @param {string} text */
const squeeze = (text) => text.replaceAll(/\s+/g, '');
