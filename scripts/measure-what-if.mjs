// Measures how quickly the network answers to a stroke on Compare, in a real Chromium: `node scripts/measure-what-if.mjs WORKSPACE COMPARISON`,
// after a build. Prints milliseconds from the end of a stroke to the next frame that shows its distance. It asserts nothing: the figures
// depend on the machine. The strokes stay as a draft until the end of each row, when they are cleared.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { chromium } from '@playwright/test';
import { findChromium } from './bootstrap/system.mjs';
import { startServer } from './measure/server.mjs';

const STROKES = 8; // of each fill
const [workspace = '', comparison = ''] = process.argv.slice(2);

/** Notes in the page the time from each pointerup to the frame with its answer, and counts answers while the pointer is down. */
function observe() {
  const { addEventListener, document, MutationObserver, requestAnimationFrame } = globalThis;
  const notes = { waits: /** @type {number[]} */ ([]), during: 0 };
  let upMs = 0; // 0: the pointer is down, or the stroke is answered
  addEventListener('pointerdown', () => (upMs = 0), true);
  addEventListener('pointerup', () => (upMs = performance.now()), true);
  const line = /** @type {HTMLElement} */ (document.querySelector('[data-what-if]'));
  new MutationObserver(() => {
    if (upMs === 0) notes.during++;
    else if (line.dataset['whatIf'] === 'answered') {
      const fromMs = upMs;
      upMs = 0;
      requestAnimationFrame(() => notes.waits.push(performance.now() - fromMs));
    }
  }).observe(line, { attributes: true, characterData: true, childList: true, subtree: true });
  Object.assign(globalThis, { notes });
}

const settings = mkdtempSync(path.join(os.tmpdir(), 'twinlens what-if '));
const server = await startServer({ workspace, settings: path.join(settings, 'settings.json') });
const browser = await chromium.launch({
  executablePath: findChromium() ?? '/usr/bin/chromium',
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(`${server.url.href}#/compare?c=${comparison}&tool=what-if`);
  await page.locator('[data-what-if=answered]').waitFor();
  const box = await page.locator('[data-pane=a] img').first().boundingBox();
  if (box === null) throw new Error('The comparison is not shown.');
  await page.evaluate(observe);
  for (const fill of ['blur', 'inpaint', 'mean', 'other']) {
    await page.getByRole('combobox', { name: 'Replace with' }).selectOption(fill);
    const startedMs = performance.now();
    for (let stroke = 0; stroke < STROKES; stroke++) {
      const move = (/** @type {number} */ k) =>
        page.mouse.move(box.x + (0.1 + 0.04 * k) * box.width, box.y + (0.1 + 0.1 * stroke + 0.05 * Math.sin(k)) * box.height);
      await move(0);
      await page.mouse.down();
      for (let k = 0; k < 20; k++) {
        await move(k);
        await page.waitForTimeout(25);
      }
      await page.mouse.up();
      await page.waitForTimeout(400);
    }
    const seconds = (performance.now() - startedMs) / 1000 - 0.4 * STROKES; // that the pointer was down
    const { waits, during } = await page.evaluate(() => {
      const { notes } = /** @type {{ notes: { waits: number[], during: number } }} */ (/** @type {unknown} */ (globalThis));
      const copy = { ...notes };
      Object.assign(notes, { waits: [], during: 0 });
      return copy;
    });
    waits.sort((a, b) => a - b);
    const [median, longest] = [waits[waits.length >> 1] ?? NaN, waits.at(-1) ?? NaN];
    console.log(
      `${fill}: ${waits.length} strokes, median ${median.toFixed(0)} ms, longest ${longest.toFixed(0)} ms; ${(during / seconds).toFixed(1)} changes a second while drawing`,
    );
    await page.getByRole('button', { name: 'Clear the edit' }).click();
    await page.waitForTimeout(700); // the draft is stored
  }
} finally {
  await browser.close();
  await server.stop();
  rmSync(settings, { recursive: true, force: true });
}
