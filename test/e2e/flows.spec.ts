import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { drawColours } from '../doors/cli/kit.ts';
import type { Job } from '../../src/shared/job.ts';
import { encode } from '../../src/shared/wire.ts';
import { expect, importColours, test, trainedRun } from './kit.ts';
import { serious } from './serious.ts';

test.use({ atStart: 'trained' });

/** What a person does across views: leaves and comes back, types paths. */

const view = (page: Page, name: string) => page.getByRole('navigation', { name: 'Workbench' }).getByRole('link', { name });

test('a view that was left', async ({ page, served }) => {
  const { run } = await trainedRun(served);

  await test.step('a view opens where it was left; a click on the open view goes to its start', async () => {
    await page.goto(`${served.url}#/compare?run=${run}&queue=borderline`);
    await expect(page.getByText(/^pair 1 of/)).toBeVisible();
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await expect(page.getByText(/^pair 3 of/)).toBeVisible();
    const route = new URL(page.url()).hash;
    await view(page, 'Images').click();
    await expect(page.getByRole('listbox', { name: 'Images' })).toBeVisible();
    await view(page, 'Compare').click();
    await expect(page.getByText(/^pair 3 of/)).toBeVisible();
    expect(new URL(page.url()).hash).toBe(route);
    await view(page, 'Images').click();
    await page.keyboard.press('Control+4');
    await expect(page.getByText(/^pair 3 of/)).toBeVisible();
    await view(page, 'Compare').click();
    await page.getByRole('button', { name: 'Borderline pairs' }).click();
    await expect(page.getByText(/^pair 3 of/)).toBeVisible();
  });

  await test.step('a view is opened where it was left, however fast it follows on another one', async () => {
    await expect(page.getByText(/^pair 3 of/)).toBeVisible();
    const route = new URL(page.url()).hash;
    const steps = [
      async () => void window.dispatchEvent(new KeyboardEvent('keydown', { key: '4', ctrlKey: true })),
      async () => document.querySelector<HTMLElement>('[data-tour="compare"]')!.click(),
    ];
    for (const step of steps) {
      await page.evaluate(`document.querySelector('[data-tour="images"]').click(); (${String(step)})()`); // before the page fires 'hashchange'
      await page.waitForTimeout(300);
      await expect(page.getByText(/^pair 3 of/)).toBeVisible();
      expect(new URL(page.url()).hash).toBe(route);
    }
  });
});

test('a queue is reviewed by keyboard in the order of the ranking', async ({ page, served }) => {
  const { dataset, run } = await trainedRun(served);
  await page.goto(`${served.url}#/compare?run=${run}&queue=borderline`);
  await page.locator('[data-verdict]').waitFor();
  const { pairs } = await served.call('compare.queue', { run, kind: 'borderline' });
  for (const n of [1, 2]) {
    await expect(page).toHaveURL(new RegExp(`a=${dataset}%2F${pairs[n - 1]!.a}&b=${dataset}%2F${pairs[n - 1]!.b}&n=${n}`));
    await expect(page.getByText(`pair ${n} of ${pairs.length}`)).toBeVisible();
    if (n === 1) await page.keyboard.press('j');
  }
  await page.locator('[data-verdict]').waitFor();
  await page.keyboard.press('1');
  await expect(page.getByText('1 judged')).toBeVisible();
  await page.reload();
  await expect(page.getByText(`pair 2 of ${pairs.length}`)).toBeVisible();
  await page.keyboard.press('k');
  await expect(page.getByText(`pair 1 of ${pairs.length}`)).toBeVisible();

  const edits = async (): Promise<number> => (await served.call('curation.state', { dataset })).edits;
  await test.step('the image under the pointer is excluded, the queue goes on, and Ctrl+Z takes it back', async () => {
    await page.locator('[data-verdict]').waitFor();
    await page.locator('[data-pane=b]').hover();
    await page.keyboard.press('Shift+X');
    await expect(page.getByText(`pair 2 of ${pairs.length}`)).toBeVisible();
    await expect.poll(async () => (await served.call('images.rows', { dataset, ids: [pairs[0]!.b] }))[0]!.excluded).toBe(true);
    await page.keyboard.press('Control+z');
    await expect.poll(edits).toBe(0);
  });
  await test.step('the menu of image A relabels it, and says which image it is', async () => {
    await page.keyboard.press('k');
    await expect(page.getByText(`pair 1 of ${pairs.length}`)).toBeVisible();
    await page.locator('[data-verdict]').waitFor();
    await page.getByRole('button', { name: 'Image A: actions' }).click();
    await page.getByRole('menuitem', { name: /Relabel/ }).click();
    const dialog = page.getByRole('dialog', { name: /^Relabel image A, .*png$/ });
    await dialog.getByRole('combobox', { name: 'Class' }).fill('not yet named');
    await dialog.getByRole('option', { name: /New class/ }).click();
    await expect(page.getByText(`pair 2 of ${pairs.length}`)).toBeVisible();
    const relabelled = async () => (await served.call('images.rows', { dataset, ids: [pairs[0]!.a] }))[0]!.className;
    await expect.poll(relabelled).toBe('not yet named');
    await page.getByRole('button', { name: 'Undo', exact: true }).click();
    await expect.poll(edits).toBe(0);
  });
  await test.step('the judgement that the label is wrong asks which one, and relabels that image', async () => {
    await page.keyboard.press('k');
    await expect(page.getByText(`pair 1 of ${pairs.length}`)).toBeVisible();
    await page.locator('[data-verdict]').waitFor();
    await page.keyboard.press('4');
    await expect(page.getByRole('dialog', { name: 'Which label is wrong?' })).toContainText('A is not “');
    expect(await serious(page)).toEqual([]);
    await page.keyboard.press('b');
    await expect(page.getByRole('dialog', { name: /^Relabel image B, / })).toBeVisible();
    const judged = async () => (await served.call('compare.list', {})).filter(({ judgement }) => judgement === 'wrong-label').length;
    await expect.poll(judged).toBe(1);
  });
});

test('a queue that was left while its distances were computed opens its pair on the return', async ({ page, served }) => {
  const { run } = await trainedRun(served);
  let answer = (): void => undefined;
  const left = new Promise<void>((done) => (answer = done));
  await page.route('**/call/compare.queue', async (request) => {
    await left;
    await request.continue();
  });
  await page.goto(`${served.url}#/compare?run=${run}`);
  await page.getByRole('button', { name: 'Confident correct verdicts' }).click();
  await expect(page.getByText('Computing distances…').last()).toBeVisible();
  await view(page, 'Images').click();
  await expect(page.getByRole('listbox', { name: 'Images' })).toBeVisible();
  const answered = page.waitForResponse('**/call/compare.queue');
  answer();
  await answered;
  await page.waitForTimeout(300);
  expect(new URL(page.url()).hash).toBe('#/images');
  await view(page, 'Compare').click();
  await expect(page.getByText(/^pair 1 of/)).toBeVisible();
  await page.locator('[data-verdict]').waitFor();
});

test('a judgement of a pair that is still loading is stored, also after the next pair is opened', async ({ page, served }) => {
  const { run } = await trainedRun(served);
  await page.route('**/call/compare.explain', async (request) => {
    await new Promise((done) => setTimeout(done, 700));
    await request.continue();
  });
  await page.goto(`${served.url}#/compare?run=${run}&queue=random&seed=5`);
  await expect(page.getByText(/^pair 1 of/)).toBeVisible();
  for (const key of ['j', 'j', '1', 'j', '3']) await page.keyboard.press(key);
  await expect(page.getByText(/^pair 4 of/)).toBeVisible();
  await expect(page.getByText(/2 judged/).first()).toBeVisible();
});

test('the list of all messages opens from the focused row without an error of the page', async ({ page, served }) => {
  await importColours(served);
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  await page.goto(`${served.url}#/images`);
  await page.getByRole('listbox', { name: 'Images' }).getByRole('option').first().click();
  await page.keyboard.press('x');
  await page.getByRole('button', { name: 'Set as A' }).click();
  const all = page.getByRole('button', { name: 'Show all (2)' });
  await all.focus();
  await all.click();
  await expect(page.getByRole('region', { name: 'Messages' })).toBeVisible();
  await expect(all).toHaveCount(0);
  expect(errors).toEqual([]);
});

test('the chooser uses the path that was typed or clicked last, however slowly folders are read', async ({ page, served }) => {
  await importColours(served); // without a data set the chooser would open by itself
  const source = join(served.workspace, 'source');
  const [first, second] = [join(source, 'First'), join(source, 'Second')];
  for (const folder of [first, second]) await drawColours(folder, 2);
  await served.call('settings.set', { chooserFolder: first });
  await page.route('**/call/files.list', async (request) => {
    await new Promise((done) => setTimeout(done, 500));
    await request.continue();
  });
  const dialog = page.getByRole('dialog', { name: 'Choose the folder with your images' });
  const choose = dialog.getByRole('button', { name: 'Choose this folder' });
  const form = page.getByRole('form', { name: 'Import' });
  await page.goto(`${served.url}#/images?sheet=import`);
  await page.getByRole('button', { name: 'Choose folder…' }).click();
  await dialog.getByLabel('Folder', { exact: true }).fill(second);
  await expect(choose).toBeEnabled(); // the first folder is listed
  await choose.click();
  await expect(form).toContainText(second);

  await form.getByRole('button', { name: 'Change folder…' }).click();
  await dialog.getByLabel('Folder', { exact: true }).fill(source);
  await page.keyboard.press('Enter');
  await dialog.getByRole('button', { name: /^First/ }).click();
  await choose.click();
  await expect(form).toContainText(first);
});

test('the path of an image is typed, and the next chooser opens in its folder', async ({ page, served }) => {
  const { dataset, run } = await trainedRun(served);
  const { root } = await served.call('datasets.folder', { dataset });
  await page.goto(`${served.url}#/compare?run=${run}`);
  const choose = async (letter: string): Promise<void> =>
    page
      .getByRole('group', { name: `Image ${letter}` })
      .getByRole('button', { name: 'From file…' })
      .click();
  await choose('A');
  const dialog = page.getByRole('dialog', { name: /Choose image/ });
  const path = dialog.getByLabel('Folder or image file');
  await expect(path).not.toHaveValue('');
  await path.fill(join(root, 'red', 'red-03.png'));
  await dialog.getByRole('button', { name: 'Choose image' }).click();
  await expect(dialog).toBeHidden();
  await choose('B');
  await expect(path).toHaveValue(join(root, 'red'));
  await path.fill(join(root, 'red', 'missing.png'));
  await path.press('Enter');
  await expect(dialog.getByText(/There is no folder/)).toBeVisible();
  await path.fill(root);
  await path.press('Enter');
  await expect(dialog.getByText('No images here.')).toBeVisible();
  await path.fill(join(root, 'blue', 'blue-02.png'));
  await path.press('Enter');
  await expect(dialog.getByRole('button', { name: 'blue-02.png' })).toHaveAttribute('aria-pressed', 'true');
  await dialog.getByRole('button', { name: 'Choose image' }).click();
  await page.locator('[data-verdict]').waitFor();
});

test('a long error takes one row, is shown in full on request, and lies under the dimming of a dialog', async ({ page, served }) => {
  const { dataset } = await trainedRun(served);
  const message = `The folder can’t be read (${'a long folder name/'.repeat(30)}). Choose another one.`;
  await page.route('**/call/curation.apply', (route) =>
    route.fulfill({ contentType: 'application/json', body: encode({ ok: false, error: { code: 'bad-dataset', message, details: {} } }) }),
  );
  await page.goto(`${served.url}#/images?dataset=${dataset}`);
  await page.getByRole('listbox', { name: 'Images' }).getByRole('option').first().click();
  const before = await page.getByRole('main').boundingBox();
  await page.keyboard.press('x');
  const error = page.getByRole('alert').filter({ hasText: 'can’t be read' });
  await expect(error).toBeVisible();
  expect(await page.getByRole('main').boundingBox()).toEqual(before);
  expect((await error.boundingBox())!.height).toBeLessThanOrEqual(34);
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog')).toBeVisible();
  const box = (await error.boundingBox())!;
  const top = await page.evaluate(([x, y]) => document.elementFromPoint(x!, y!)?.className, [box.x + 40, box.y + box.height / 2]);
  expect(top).toContain('dialog-overlay');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Show all' }).click();
  const text = page.getByRole('region', { name: 'Messages' }).getByText('can’t be read');
  expect(await text.evaluate((p) => p.scrollHeight <= p.clientHeight)).toBe(true);
  await page.getByRole('button', { name: 'Dismiss', exact: true }).click();
  await expect(page.getByRole('region', { name: 'Messages' })).toHaveCount(0);
});

test('the box of an empty map is inside its image and covers less than a third of it', async ({ page, served }) => {
  const { dataset, run } = await trainedRun(served);
  for (const size of [
    { width: 1024, height: 700 },
    { width: 700, height: 900 },
  ]) {
    await page.setViewportSize(size);
    await page.goto(`${served.url}#/compare?run=${run}&a=${dataset}/0&b=${dataset}/0&method=gradcam`); // Grad-CAM has no map at distance 0
    for (const letter of ['a', 'b']) {
      const pane = page.locator(`[data-pane=${letter}]`);
      const box = (await pane
        .getByText(/^No evidence for/)
        .locator('xpath=ancestor::div[1]')
        .boundingBox())!;
      const image = (await pane.locator('img').boundingBox())!;
      expect(box.x >= image.x && box.y >= image.y, `${letter} at ${size.width}`).toBe(true);
      expect(box.x + box.width <= image.x + image.width && box.y + box.height <= image.y + image.height).toBe(true);
      expect(box.width * box.height).toBeLessThan((image.width * image.height) / 3);
    }
  }
});

test('Train shows the runs of the current data set, and all of them on request', async ({ page, served }) => {
  const { run } = await trainedRun(served);
  const dataset = await importColours(served, 4, 'other');
  await served.call('settings.set', { dataset, run: null });
  await page.goto(`${served.url}#/train`);
  await page.reload();
  await expect(page.getByText('No run on “other” yet.')).toBeVisible();
  await page.getByRole('searchbox', { name: /^Filter runs/ }).fill('x');
  await expect(page.getByText('No matching runs.')).toBeVisible();
  await page.getByRole('searchbox', { name: /^Filter runs/ }).fill('');
  await page.getByRole('region', { name: 'Runs' }).getByRole('button', { name: 'Set up training' }).click();
  await expect(page.getByRole('form', { name: 'New training' })).toBeVisible();
  await page.getByRole('button', { name: 'Back to runs' }).click();
  await page.getByRole('button', { name: 'Show all data sets' }).click();
  await expect(page.getByRole('region', { name: 'Runs' }).getByRole('checkbox')).toHaveCount((await served.call('runs.list', {})).length);
  await expect(
    page
      .getByRole('region', { name: 'Curves' })
      .getByTitle(`Run ${run.slice(1)}`)
      .first(),
  ).toBeVisible();
});

test('a run says that it is being evaluated while its evaluation runs', async ({ page, served }) => {
  const { run } = await trainedRun(served);
  const list = (await served.call('runs.list', {})).map((row) => ({ ...row, metrics: [] }));
  const progress = { done: 1, total: 3, text: 'Distances', imagesPerSecond: null, secondsLeft: null };
  const what = { job: 'j99', kind: 'evaluate', title: 'Evaluation', subject: run } as const;
  const running: Job = { ...what, status: 'running', progress, startedMs: 1, finishedMs: null, error: null, result: null };
  const answer = async (name: string, value: unknown) =>
    page.route(`**/call/${name}`, (route) => route.fulfill({ contentType: 'application/json', body: encode({ ok: true, value }) }));
  await answer('runs.list', list);
  const results = page.getByRole('complementary', { name: 'Run details' }).getByRole('region', { name: 'Test results' });
  for (const [jobs, text] of [
    [[], 'Not evaluated on test pairs yet.'],
    [[running], 'Being evaluated on test pairs…'],
    [[{ ...running, kind: 'train' }], 'Being evaluated on test pairs…'], // at the end of its training
  ] as const) {
    await answer('jobs.list', jobs);
    await page.goto('about:blank');
    await page.goto(`${served.url}#/train?run=${run}`);
    await expect(results).toContainText(text);
    await expect(results.getByRole('button', { name: 'Evaluate on test pairs' })).toHaveCount(jobs.length === 0 ? 1 : 0);
  }
});
