import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from '@playwright/test';
import type { PageInput } from '../features/report/whole-page.ts';
import { DATASET, drawImages, RUN, sampleComparison, sampleInput, toReportComparison } from '../features/report/sample.ts';
import { expect, test } from './kit.ts';
import { loadRenderReport } from './render-report.ts';
import { axeIn } from './serious.ts';

/** The report in a real browser, opened from disk, as its reader does. */

const HOSTILE = [
  '<img src=x onerror="document.title=1">.jpg',
  `"quoted" & 'quoted'.jpg`,
  'two\nlines.jpg',
  'שלום\u202egpj.exe',
  `${'long'.repeat(49)}.jpg`,
];

let folder: string;
let renderReport: Awaited<ReturnType<typeof loadRenderReport>>;
test.beforeAll(async () => {
  renderReport = await loadRenderReport();
  folder = await mkdtemp(join(tmpdir(), 'twinlens-report-'));
});
test.afterAll(() => rm(folder, { recursive: true, force: true }));

async function open(page: Page, input: PageInput): Promise<{ requests: string[]; messages: string[] }> {
  const file = join(folder, 'report.html');
  await writeFile(file, renderReport(input));
  const url = pathToFileURL(file).href;
  const requests: string[] = [];
  const messages: string[] = [];
  page.on('request', (request) => {
    if (request.url() !== url && !request.url().startsWith('data:')) requests.push(request.url());
  });
  page.on('console', (message) => messages.push(message.text()));
  page.on('pageerror', (error) => messages.push(error.message));
  await page.goto(url);
  return { requests, messages };
}

function hostileInput(): PageInput {
  const comparisons = HOSTILE.map((name, i) => {
    const comparison = sampleComparison(i % 2 ? 0.4 : 1.6, { comparison: `cmp-${i}`, warnings: [`Look at ${name} again.`] });
    Object.assign(comparison.images[0], { file: `/images/${name}`, className: null });
    Object.assign(comparison.images[1], { className: name, empty: 'no-factual' });
    return {
      ...toReportComparison(comparison),
      images: [drawImages(60, 180, 5), drawImages(400, 90, 9)] as [ReturnType<typeof drawImages>, ReturnType<typeof drawImages>],
    };
  });
  const classes = Object.fromEntries(HOSTILE.map((name, i) => [name, i]));
  return sampleInput({
    title: HOSTILE.join(' '),
    comparisons,
    runs: [{ ...RUN, warnings: HOSTILE }],
    datasets: [{ ...DATASET, name: HOSTILE[4], classes, rejected: HOSTILE.map((file) => ({ file, reason: file })) }],
  });
}

test('makes no request, logs nothing and shows all images', async ({ page }) => {
  const { requests, messages } = await open(page, sampleInput());
  const widths = await page.locator('img').evaluateAll((images) => images.map((image) => (image as HTMLImageElement).naturalWidth));
  expect(widths).toEqual([320, 320, 320, 320, 320, 320]);
  expect(requests).toEqual([]);
  expect(messages).toEqual([]);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Rose against daisy');
  await expect(page.getByRole('img', { name: /This pair is at 1\.63/ })).toBeVisible();
});

test('its content security policy blocks injected scripts and style sheets', async ({ page, violations }) => {
  await open(page, sampleInput());
  const ran = await page.evaluate(async () => {
    const script = document.createElement('script');
    script.textContent = 'document.title = "ran"';
    document.body.append(script);
    return document.title;
  });
  expect(ran).toBe('Rose against daisy');
  const before = await page.evaluate(() => getComputedStyle(document.body).display);
  await page.evaluate(() => {
    const style = document.createElement('style');
    style.textContent = 'body { display: none }';
    document.body.append(style);
  });
  expect(await page.evaluate(() => getComputedStyle(document.body).display)).toBe(before);
  expect(violations.splice(0)).toEqual([expect.stringContaining('script-src'), expect.stringContaining('style-src')]);
});

for (const colorScheme of ['light', 'dark'] as const)
  test(`has no serious accessibility fault in ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    const comparisons = [
      toReportComparison(sampleComparison(1.63, { warnings: ['Look again.'] })),
      toReportComparison(sampleComparison(0.4, { comparison: 'cmp-2' })),
    ];
    comparisons[1].comparison.images[0].empty = 'no-counterfactual';
    await open(page, sampleInput({ comparisons, introduction: 'First.\n\nSecond.' }));
    const { violations, passes } = await axeIn(colorScheme, page).analyze();
    expect(violations.filter((v) => v.impact === 'serious' || v.impact === 'critical').map((v) => [v.id, v.nodes.map((n) => n.html)])).toEqual([]);
    expect(passes.map((p) => p.id)).toContain('color-contrast');
  });

test('light and dark differ, and print is always light', async ({ page }) => {
  const background = (): Promise<string> => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await open(page, sampleInput());
  await page.emulateMedia({ colorScheme: 'light' });
  const light = await background();
  await page.emulateMedia({ colorScheme: 'dark' });
  expect(await background()).not.toBe(light);
  await page.emulateMedia({ colorScheme: 'dark', media: 'print' });
  expect(await background()).toBe('rgb(255, 255, 255)');
  expect(await page.evaluate(() => getComputedStyle(document.body).color)).toBe('rgb(0, 0, 0)');
});

for (const width of [1024, 390])
  test(`nothing is wider than a page of ${width} px, however hostile the names`, async ({ page }) => {
    await page.setViewportSize({ width, height: 800 });
    await open(page, hostileInput());
    await page.locator('summary').click();
    const tooWide = await page.evaluate(() =>
      [...document.querySelectorAll('body *')]
        .filter((element) => element.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5)
        .map((element) => `${element.tagName}.${element.getAttribute('class')} ${element.textContent.slice(0, 40)}`),
    );
    expect(tooWide).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  });

test('hostile names are shown as text, and do nothing', async ({ page }) => {
  const { requests, messages } = await open(page, hostileInput());
  const names = await page.locator('.row-head bdi').allTextContents();
  for (const name of HOSTILE) expect(names).toContain(name);
  for (const name of HOSTILE) await expect(page.locator('.run th bdi').filter({ hasText: name }).first()).toHaveText(name, { useInnerText: false });
  expect(await page.locator('img[src="x"], [onerror]').count()).toBe(0);
  expect(await page.title()).not.toBe('1');
  expect([requests, messages]).toEqual([[], []]);
});

for (const [format, width] of [
  ['A4', 210],
  ['Letter', 215.9],
] as const)
  test(`prints on ${format}, within the page's width`, async ({ page }) => {
    await open(page, hostileInput());
    const pdf = await page.pdf({ format });
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    expect((pdf.toString('latin1').match(/\/Type\s*\/Page\b/g) ?? []).length).toBeGreaterThan(HOSTILE.length);
    // The printer's layout width: the paper minus two margins of 15 mm, at 96 px an inch.
    await page.emulateMedia({ media: 'print' });
    await page.setViewportSize({ width: Math.floor(((width - 30) / 25.4) * 96), height: 900 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0);
  });

test('the folded list of files opens by keyboard', async ({ page }) => {
  await open(page, sampleInput());
  const file = page.getByText('Rose/notes.txt');
  await expect(file).toBeHidden();
  await page.locator('summary').focus();
  await page.keyboard.press('Enter');
  await expect(file).toBeVisible();
});
