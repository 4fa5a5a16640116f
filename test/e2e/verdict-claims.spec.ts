import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { drawColours } from '../doors/cli/kit.ts';
import { expect, test, type ServedWorkbench } from './kit.ts';
import { axeIn, serious } from './serious.ts';

/** What the screen says of verdicts whose truth the data set knows, contradicts or lacks: drawn images, a quickly trained run. */
interface Trained {
  dataset: string;
  run: string;
  idOf(file: string): Promise<number>;
}

/** Three colours; red-copy is red-00 in the same class, green-copy is green-00 in another one. */
async function trainedRun(served: ServedWorkbench): Promise<Trained> {
  const idsIn =
    (dataset: string): Trained['idOf'] =>
    async (file) =>
      (await served.call('images.find', { dataset, text: file, state: 'all' })).ids[0]!;
  const known = (await served.call('runs.list', {}))[0];
  if (known) return { dataset: known.dataset, run: known.run, idOf: idsIn(known.dataset) };
  const folder = join(served.workspace, 'drawn', 'copies');
  await drawColours(folder, 12);
  copyFileSync(join(folder, 'red', 'red-00.png'), join(folder, 'red', 'red-copy.png'));
  copyFileSync(join(folder, 'green', 'green-00.png'), join(folder, 'blue', 'green-copy.png'));
  const dataset = (await served.job('datasets.import', { folder, name: 'copies' })).result!['dataset']!;
  const { result } = await served.job('runs.start', { dataset, backbone: 'compact', epochs: 3, size: 32, batch: 8, lr: 3e-3, seed: 3 });
  return { dataset, run: result!['run']!, idOf: idsIn(dataset) };
}

const details = (page: Page) => page.getByRole('complementary', { name: 'Verdict and evidence' });
const open = async (page: Page, served: ServedWorkbench, { dataset, run }: Trained, [a, b]: readonly [number, number]): Promise<void> => {
  await page.goto(`${served.url}#/compare?run=${run}&a=${dataset}/${a}&b=${dataset}/${b}`);
  await page.locator('[data-verdict]').waitFor();
};
/** The colour of an element's text, and that of a token of the theme. */
const colours = (page: Page, selector: string, token: string): Promise<[string, string]> =>
  page
    .locator(selector)
    .first()
    .evaluate((element, name) => {
      const probe = document.body.appendChild(document.createElement('i'));
      probe.style.color = `var(${name})`;
      const found: [string, string] = [getComputedStyle(element).color, getComputedStyle(probe).color];
      probe.remove();
      return found;
    }, token);

for (const colorScheme of ['light', 'dark'] as const)
  test(`a wrong verdict is red and called wrong in verdict, queue, gallery and report, in ${colorScheme}`, async ({ page, served }) => {
    await page.emulateMedia({ colorScheme });
    const trained = await trainedRun(served);
    const { dataset, run } = trained;
    const { ids } = await served.call('images.find', { dataset, classes: ['red'], splits: ['test'] });
    const [a, b] = [ids[0]!, ids[1]!];
    const { row } = await served.call('compare.explain', { run, a: { dataset, id: a }, b: { dataset, id: b } });
    expect(row.verdict).toBe('same');
    await open(page, served, trained, [a, b]);
    await expect(details(page).locator('[data-claim]').first()).toHaveText(/^Right/);
    let reads = 0;
    page.on('request', (request) => (reads += request.url().endsWith('/compare.get') ? 1 : 0));

    const { undoPosition } = await served.call('curation.apply', { dataset, edit: { kind: 'relabel', ids: [b], className: 'green' } });
    const wrong = 'Wrong: the data set says different classes';
    await expect(details(page).locator('[data-claim=bad]')).toHaveText(wrong); // without a reload
    await expect(details(page).locator('[data-claim=good]')).toHaveCount(0);
    await page.waitForTimeout(500);
    expect(reads).toBe(1); // one edit is one reading
    const [shown, bad] = await colours(page, '[data-claim=bad]', '--bad');
    expect(shown).toBe(bad);
    expect(await serious(page, axeIn(colorScheme, page))).toEqual([]);

    await page.keyboard.press('Control+s');
    await expect(page.getByRole('button', { name: 'Saved', exact: true })).toBeVisible();
    await page.goto(`${served.url}#/reports`);
    await expect(page.locator('li [data-claim=bad]').first()).toHaveText(wrong);
    expect(await serious(page, axeIn(colorScheme, page))).toEqual([]);

    const { html } = await served.call('reports.preview', { title: 'Claims', comparisons: [row.comparison], part: 1 });
    await page.goto(`${served.url}#/compare?run=${run}&queue=wrong`);
    const queue = page.getByRole('group', { name: 'Queue of pairs' });
    await expect(queue.locator('[data-claim=bad]')).toHaveText(/^Wrong: the data set says (the same class|different classes)$/);
    await served.call('curation.undo', { dataset, position: undoPosition! });

    await page.goto('about:blank'); // without the screen's content security policy
    await page.setContent(html!);
    const headline = page.locator('.finding .claim');
    await expect(headline).toHaveText(`✗ ${wrong}`);
    expect(await headline.evaluate((element) => getComputedStyle(element).color)).toBe(
      colorScheme === 'light' ? 'rgb(179, 38, 30)' : 'rgb(242, 139, 130)',
    );
  });

test('identical files are named first, and one copy can be excluded', async ({ page, served }) => {
  const trained = await trainedRun(served);
  await open(page, served, trained, [await trained.idOf('red-00'), await trained.idOf('red-copy')]);
  const notice = details(page).getByRole('note');
  await expect(notice).toContainText('red-00.png and red-copy.png are identical files, so every network considers them the same.');
  expect(await details(page).locator('[role=note], section').first().getAttribute('role')).toBe('note'); // above the verdict
  await expect(details(page).locator('[data-claim=neutral]')).toHaveText('Identical images: no evidence');
  const excluded = async (): Promise<number> => (await served.call('datasets.counts', { dataset: trained.dataset })).excluded;
  await notice.getByRole('button', { name: 'Exclude one copy' }).click();
  await expect.poll(excluded).toBe(1);
  await expect(notice.getByRole('button', { name: 'Exclude one copy' })).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(excluded).toBe(0);
  await expect(notice.getByRole('button', { name: 'Exclude one copy' })).toBeVisible();
});

test('a file under two classes is named first, and the right class can be chosen', async ({ page, served }) => {
  const trained = await trainedRun(served);
  await open(page, served, trained, [await trained.idOf('green-00'), await trained.idOf('green-03')]);
  const notice = details(page).getByRole('note');
  await expect(notice).toContainText('green-00.png is filed under both blue and green, so it is unclear whether the verdict is right.');
  await expect(details(page).locator('[data-claim=neutral]')).toHaveText('Truth unclear: filed under several classes');
  await notice.getByRole('group', { name: 'Choose the right class' }).getByRole('button', { name: 'green' }).click();
  await expect(notice).toHaveCount(0);
  await expect(details(page).locator('[data-claim]').first()).toHaveText(
    /^(Right: the data set says the same class|Right, but the network was trained on (both images|one image)|Wrong: the data set says the same class)$/,
  );
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(notice).toBeVisible();
});

test('an image outside the data set leaves the truth unknown, and another can be chosen', async ({ page, served }) => {
  const trained = await trainedRun(served);
  const file = join(served.workspace, 'drawn', 'outside.png');
  await drawColours(join(served.workspace, 'drawn', 'more'), 14);
  copyFileSync(join(served.workspace, 'drawn', 'more', 'red', 'red-13.png'), file);
  await served.call('files.choose', { file });
  const { dataset, run } = trained;
  await page.goto(`${served.url}#/compare?run=${run}&a=${dataset}/${await trained.idOf('red-01')}&b=${encodeURIComponent(`file:${file}`)}`);
  const notice = details(page).getByRole('note');
  await expect(notice).toContainText('outside.png is not in the data set, so it is unknown whether the verdict is right.');
  await expect(details(page).locator('[data-claim]').first()).not.toHaveText(/^(Right|Wrong)/);
  await notice.getByRole('button', { name: 'Choose B from data set' }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
});
