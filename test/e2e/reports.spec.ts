import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import Database from 'better-sqlite3';
import { encode } from '../../src/shared/wire.ts';
import { expect, type ServedWorkbench, test, trainedRun } from './kit.ts';
import { pdfPages } from './pdf-pages.ts';
import { axe, serious } from './serious.ts';

test.use({ atStart: 'trained' });

/** From two saved comparisons to the finished file, as an analyst works: find, choose, order, write, delete. */

const NOTE = 'Colour <b>decides</b>.\n\nShape does not.';
let run: string;
let pair: [string, string];

async function saveComparison(served: ServedWorkbench, dataset: string, a: number, b: number, note: string): Promise<string> {
  const { comparison } = (await served.call('compare.explain', { run, a: { dataset, id: a }, b: { dataset, id: b } })).row;
  await served.call('compare.annotate', { comparison, saved: true, judgement: 'agree', note });
  return comparison;
}

test.beforeAll(async ({ served }) => {
  const { dataset, ...trained } = await trainedRun(served);
  run = trained.run;
  pair = [await saveComparison(served, dataset, 0, 13, NOTE), await saveComparison(served, dataset, 1, 25, '')];
  await served.call('settings.set', { tourDone: true });
});

async function openReports(page: Page, served: ServedWorkbench): Promise<void> {
  await page.goto(`${served.url}#/reports`);
  await expect(page.getByRole('heading', { level: 1, name: 'Reports' })).toBeVisible();
  await expect(page.getByRole('list', { name: /Saved comparisons/ }).getByRole('listitem')).toHaveCount(2);
}

function deleteComparison({ workspace }: ServedWorkbench, comparison: string): void {
  const db = new Database(join(workspace, 'twinlens.sqlite'));
  expect(db.prepare('DELETE FROM comparisons WHERE number = ?').run(Number(comparison.slice(1))).changes).toBe(1);
  db.close();
}

/** The page in the frame has its own test. Legacy mode does without the frame, and without a second page for the results. */
const seriousOutsideFrame = (page: Page): Promise<string[]> => serious(page, axe(page).exclude('iframe').setLegacyMode());

test('comparisons are searched, collected, ordered and saved as HTML and PDF', async ({ page, served, context }) => {
  await openReports(page, served);
  const cards = page.getByRole('list', { name: /Saved comparisons/ }).getByRole('listitem');
  for (const image of await cards.first().getByRole('img').all())
    await expect.poll(() => image.evaluate((one) => (one as HTMLImageElement).naturalWidth)).toBeGreaterThan(0);
  await page.getByRole('searchbox').fill('shape decides');
  await expect(cards).toHaveCount(1);
  await expect(cards.first()).toContainText('Colour <b>decides</b>.');
  await page.getByRole('searchbox').fill('no such thing');
  await page.getByRole('button', { name: 'Show all' }).click();
  await expect(cards).toHaveCount(2);
  expect(await seriousOutsideFrame(page)).toEqual([]);

  for (const box of await cards.getByRole('checkbox').all()) await box.check();
  await expect(page.getByText('2 selected')).toBeVisible();
  await page.getByRole('button', { name: 'Create report' }).click();
  const preview = page.frameLocator('iframe[title="Preview of the report"]');
  const next = page.getByRole('button', { name: 'Next part' });
  const previous = page.getByRole('button', { name: 'Previous part' });
  await expect(page.getByText('First page', { exact: true })).toBeVisible();
  await expect(previous).toBeDisabled();

  await page.getByRole('textbox', { name: 'Title' }).fill('Colours <i>reviewed</i>');
  await page.getByRole('textbox', { name: 'Introduction' }).fill('First.\n\nSecond & last.');
  await expect(preview.getByRole('heading', { level: 1 })).toHaveText('Colours <i>reviewed</i>');
  await expect(preview.locator('.introduction')).toHaveText(['First.', 'Second & last.']);
  await page.getByRole('textbox', { name: 'Author' }).fill('Ana <Petrović>');
  await expect(preview.locator('.author')).toHaveText('Ana <Petrović>');
  await next.click();
  await expect(page.getByText('Comparison 1 of 2')).toBeVisible();
  if ((await preview.locator('.comparison').textContent())!.includes('Colour')) await expect(preview.locator('.comparison')).toHaveCount(1);
  else await next.click();
  await expect(preview.locator('.personal').filter({ hasText: 'Colour' }).locator('p')).toHaveText([
    '✓ I agree with the verdict.',
    'Colour <b>decides</b>.',
    'Shape does not.',
  ]);

  while (await next.isEnabled()) await next.click();
  await expect(page.getByText('Comparison 2 of 2')).toBeVisible(); // a short report has no appendix
  while (await previous.isEnabled()) await previous.click();
  // The frame is rewritten after each change; while it is being replaced the order can't be read, so poll.
  const order = (): Promise<string[]> =>
    preview
      .locator('.overview tbody td:nth-child(2)')
      .allTextContents()
      .catch(() => []);
  let before: string[] = [];
  await expect.poll(async () => (before = await order()).length).toBe(2);
  expect(before[0]).not.toBe(before[1]);
  const rows = page.getByRole('list', { name: '' }).locator('.row');
  await rows.first().focus();
  await page.keyboard.press('Alt+ArrowDown');
  await expect.poll(order).toEqual([...before].reverse());
  await expect(rows.nth(1)).toBeFocused(); // the focus follows the moved row
  await rows.nth(0).dragTo(rows.nth(1), { targetPosition: { x: 40, y: 40 } });
  await expect.poll(order).toEqual(before);
  await expect(page.getByRole('status').filter({ hasText: /^Saved$/ })).toBeVisible();
  expect(await seriousOutsideFrame(page)).toEqual([]);

  const html = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save HTML' }).click();
  const file = await html;
  expect(file.suggestedFilename()).toBe('Colours i reviewed i.html');
  const text = await readFile(await file.path(), 'utf8');
  expect(text.match(/data:image\//g)).toHaveLength(12);
  expect(text).not.toMatch(/https?:\/\//);

  const requests: string[] = [];
  const reader = await context.newPage(); // as its reader opens it
  reader.on('request', (request) => requests.push(request.url()));
  await reader.setContent(text);
  await expect(reader.locator('.comparison')).toHaveCount(2);
  expect(requests.filter((url) => !url.startsWith('data:'))).toEqual([]);
  await reader.close();

  const pdf = page.waitForEvent('download', { timeout: 60_000 });
  await page.getByRole('button', { name: 'Save PDF' }).click();
  const bytes = await readFile(await (await pdf).path());
  expect(bytes.subarray(0, 5).toString()).toBe('%PDF-');
  const { count, pageOf } = pdfPages(bytes);
  expect([pageOf('comparison-1'), pageOf('comparison-2'), count]).toEqual([1, 2, 3]);
  await expect(page.getByRole('link', { name: 'PDF · open' })).toBeVisible();
});

test('logo and contents are chosen, undone, stored, and written', async ({ page, served }) => {
  const { report } = await served.call('reports.save', { title: 'With a logo', introduction: '', comparisons: [pair[0]] });
  await openReports(page, served);
  await page.goto(`${new URL(served.url).origin}/#/reports?report=${report}`);
  const preview = page.frameLocator('iframe[title="Preview of the report"]');
  await expect(preview.locator('.comparison, .overview').first()).toBeVisible();
  const logo = page.getByRole('group', { name: 'Logo' });
  const file = logo.locator('input[type=file]');
  await file.setInputFiles({ name: 'logo.svg', mimeType: 'image/svg+xml', buffer: Buffer.from('not a drawing') });
  await expect(page.getByText('The logo is text: choose a PNG, JPEG, WebP or SVG file.')).toBeVisible();
  await expect(logo.getByRole('img')).toHaveCount(0);
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="80" height="20"><script>document.title = "ran"</script><rect width="80" height="20"/></svg>';
  await file.setInputFiles({ name: 'logo.svg', mimeType: 'image/svg+xml', buffer: Buffer.from(svg) });
  await expect(logo.getByRole('img', { name: 'Logo of the report' })).toBeVisible();
  await expect(preview.locator('img.logo')).toHaveAttribute('src', /^data:image\/png;base64,/);
  await logo.getByRole('button', { name: 'Remove logo' }).click();
  await expect(preview.locator('img.logo')).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(preview.locator('img.logo')).toHaveCount(1);

  const contents = page.getByRole('region', { name: 'Contents' });
  await expect(contents.getByRole('checkbox', { checked: true })).toHaveCount(1);
  await expect(preview.getByRole('heading', { name: 'Signature' })).toBeVisible();
  await contents.getByRole('checkbox', { name: 'Signature' }).uncheck();
  await expect(preview.getByRole('heading', { name: 'Signature' })).toHaveCount(0);
  await contents.getByRole('checkbox', { name: 'Files' }).check();
  await contents.getByRole('checkbox', { name: 'Details of each comparison' }).check();
  await page.getByRole('button', { name: 'Next part' }).click();
  await expect(preview.locator('.details')).toBeVisible(); // below the page of its comparison
  await page.getByRole('button', { name: 'Next part' }).click();
  await expect(page.getByText('Appendix', { exact: true })).toBeVisible();
  await expect(preview.getByRole('heading', { name: 'Files' })).toBeVisible();
  expect(await seriousOutsideFrame(page)).toEqual([]);
  await expect(page.getByRole('status').filter({ hasText: /^Saved$/ })).toBeVisible();

  await page.reload();
  await expect(page.getByRole('img', { name: 'Logo of the report' })).toHaveAttribute('src', /^data:image\/png/);
  await expect(contents.getByRole('checkbox', { checked: true })).toHaveCount(2);
  const stored = (await served.call('reports.list', {})).find((one) => one.report === report)!;
  expect(stored.sections).toEqual(['files', 'details']);
  const { result } = await served.job('reports.write', { report, format: 'html' });
  const written = await readFile(result!['file']!, 'utf8');
  expect(written).toContain((await served.call('reports.logo', { logo: stored.logo! })).image);
  expect(written).not.toMatch(/<script|<svg xmlns[^>]*><script/);
  expect(written.indexOf('id="details-1"')).toBeGreaterThan(written.indexOf('id="files"'));
});

test('the author is proposed for the next report', async ({ page, served }) => {
  const { report } = await served.call('reports.save', { title: 'By Ben', introduction: '', comparisons: [pair[0]] });
  await openReports(page, served);
  await page.goto(`${new URL(served.url).origin}/#/reports?report=${report}`);
  await page.getByRole('textbox', { name: 'Author' }).fill('Dr. Ben Ode');
  await expect.poll(async () => (await served.call('reports.get', { report })).author).toBe('Dr. Ben Ode');
  await openReports(page, served);
  await page.getByRole('checkbox').first().check();
  await page.getByRole('button', { name: 'Create report' }).click();
  await expect(page.getByRole('textbox', { name: 'Author' })).toHaveValue('Dr. Ben Ode');
  await page.getByRole('button', { name: 'All reports' }).click();
  await served.call('settings.set', { author: '' });
});

test('a report is reopened, duplicated, deleted and restored', async ({ page, served }) => {
  const { report } = await served.call('reports.save', { title: 'To be deleted', introduction: '', comparisons: pair });
  await openReports(page, served);
  const list = page.getByRole('complementary', { name: 'Reports' });
  await list.getByRole('button', { name: 'Actions for To be deleted' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await expect(list.getByRole('link', { name: 'To be deleted' })).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(list.getByRole('link', { name: 'To be deleted' })).toBeVisible();
  await list.getByRole('button', { name: 'Actions for To be deleted' }).click();
  await page.getByRole('menuitem', { name: 'Duplicate' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'To be deleted (copy)' })).toBeVisible();
  expect((await served.call('reports.list', {})).map(({ report: id }) => id)).toContain(report);

  const { threshold } = (await served.call('runs.get', { run })).calibration!;
  await served.call('runs.setThreshold', { run, choice: { rule: 'value', threshold: 0.99 * threshold }, reason: 'test' });
  const note = /^! Judged at [\d.]+, the threshold is now [\d.]+$/;
  await expect(page.getByText(note)).toHaveCount(2); // both comparisons of the report
  await page.getByRole('button', { name: 'All reports' }).click();
  await expect(page.getByText(note)).toHaveCount(2);
  await served.call('runs.setThreshold', { run, choice: { rule: 'value', threshold }, reason: 'test' });
  await expect(page.getByText(note)).toHaveCount(0);
});

test('deleted or removed comparisons come back; a missing report says so', async ({ page, served }) => {
  await openReports(page, served);
  await page.getByRole('checkbox').first().check();
  await page.keyboard.press('Delete');
  const cards = page.getByRole('list', { name: /Saved comparisons/ }).getByRole('listitem');
  await expect(cards).toHaveCount(1);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(cards).toHaveCount(2);

  const { report } = await served.call('reports.save', { title: 'With one gone', introduction: '', comparisons: pair });
  deleteComparison(served, pair[1]); // the program retains comparisons that reports have: only another one deletes them
  await page.goto(`${new URL(served.url).origin}/#/reports?report=${report}`);
  await expect(page.getByRole('alert')).toContainText('1 comparison is no longer available');
  await page.getByRole('button', { name: 'Remove it' }).click();
  await expect(page.getByRole('alert')).toHaveCount(0);
  await page.getByRole('button', { name: /^Remove .+ and / }).click();
  await expect(page.getByText('This report is empty')).toBeVisible();
  await page.emulateMedia({ colorScheme: 'light' });
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
  expect(await seriousOutsideFrame(page)).toEqual([]); // no words on the grey that is meant for pictures
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.frameLocator('iframe').getByRole('heading', { level: 1 })).toBeVisible();
  await page.getByRole('button', { name: 'Next part' }).click();
  await expect(page.frameLocator('iframe').locator('.comparison')).toHaveCount(1);
  await page.frameLocator('iframe').getByRole('link', { name: 'What the maps can and cannot say' }).click(); // a link leads to its part
  await expect(page.getByText('First page', { exact: true })).toBeVisible();
  await expect(page.frameLocator('iframe').getByRole('heading', { name: 'What the maps can and cannot say' })).toBeVisible();

  await page.goto(`${new URL(served.url).origin}/#/reports?report=p9999`);
  await expect(page.getByText('There is no report "p9999"')).toBeVisible();
});

test('the preview shows that it waits for a colour scale, which can be cancelled', async ({ page, served }) => {
  const { dataset } = await served.call('runs.get', { run });
  const { row } = await served.call('compare.explain', { run, a: { dataset, id: 2 }, b: { dataset, id: 14 }, method: 'layercam' });
  expect(row.runScale).toBeUndefined();
  const { report } = await served.call('reports.save', { title: 'Scales', introduction: '', comparisons: [row.comparison] });
  let asked = 0;
  const { promise: measured, resolve: end } = Promise.withResolvers<undefined>();
  await page.route('**/call/compare.mapScale', async (route) => {
    if (++asked > 1) return route.continue();
    await measured;
    const error = { code: 'cancelled', message: 'Cancelled.', details: {} };
    return route.fulfill({ contentType: 'application/json', body: encode({ ok: false, error }) });
  });
  await page.goto(`${served.url}#/reports?report=${report}`);
  const waiting = page.getByText('The report needs the colour scale of its maps.');
  await expect(waiting).toBeVisible();
  await expect(page.getByRole('progressbar', { name: 'Measuring the colour scale' })).toBeVisible();
  end(undefined);
  await expect(page.getByText('Measuring the colour scale of its maps was cancelled.')).toBeVisible();
  expect(asked).toBe(1);
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.frameLocator('iframe[title="Preview of the report"]').getByRole('heading', { level: 1 })).toHaveText('Scales');
  await expect(waiting).toBeHidden();
  await served.call('reports.remove', { report });
});
