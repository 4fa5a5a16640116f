import type { Page } from '@playwright/test';
import type { RunRow } from '../../src/shared/run.ts';
import { expect as base, loseCompute, type ServedWorkbench, test } from './kit.ts';
import { roundStep } from '../../src/renderer/features/training/threshold-keys.ts';
import { distanceText } from '../../src/shared/format.ts';
import { serious } from './serious.ts';
import { colours, fillSmall, SMALL } from './small-trainings.ts';

/** A whole training by mouse and keyboard, on small drawn images. */

const SHOTS = process.env['TWINLENS_SHOTS']; // folder for screenshots

async function shot(page: Page, name: string): Promise<void> {
  if (!SHOTS) return;
  for (const theme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme: theme });
    await page.waitForTimeout(500);
    await page.screenshot({ path: `${SHOTS}/train-${name}-${theme}.png` });
  }
  await page.emulateMedia({ colorScheme: 'dark' });
}

/** Names of the calls that a page makes from now on. */
function callsOf(page: Page): string[] {
  const calls: string[] = [];
  page.on('request', (request) => {
    const name = /\/call\/([\w.]+)/.exec(request.url())?.[1];
    if (name !== undefined) calls.push(name);
  });
  return calls;
}

/** Run 1 of this workspace, done: trained unless an earlier test did. */
async function firstRun(served: ServedWorkbench): Promise<RunRow> {
  const runs = await served.call('runs.list', {});
  if (!runs.some(({ run }) => run === 'r1')) await served.job('runs.start', { dataset: await colours(served), ...SMALL, lr: 3e-3 });
  return served.call('runs.get', { run: 'r1' });
}

const expect = base.configure({ timeout: 15_000 });
test.use({ colorScheme: 'dark', viewport: { width: 1440, height: 900 } });

test('form, error, fix, start, watch, cancel, resume, done', async ({ page, served }) => {
  await colours(served);
  await page.goto(`${served.url}#/train`);
  await page.getByRole('button', { name: 'Set up training' }).click();
  await expect(page.getByRole('radio', { name: /^Without weights/ })).toHaveAttribute('aria-checked', 'true'); // no host of weights answers
  const same = page.getByLabel('Same means', { exact: true });
  await same.selectOption('Same group');
  await expect(
    page
      .getByRole('alert')
      .filter({ hasText: '“colours” has no groups' })
      .or(page.getByText(/"colours" has no groups/)),
  ).toBeVisible();
  await page.getByLabel('Different pairs', { exact: true }).selectOption('Within a class (hard)');
  await same.selectOption('Same class'); // then different pairs have no choice, and none is left chosen
  await expect(page.getByLabel('Different pairs', { exact: true })).toBeHidden();
  await expect(page.getByText(/has no groups/)).toBeHidden();
  await same.selectOption('Pairs from a file');
  await expect(page.getByText('Choose a file of pairs.')).toBeVisible();
  const csv = 'red/red-00.png,red/red-01.png,0\nred/red-00.png,nowhere.png,1\n';
  await page
    .getByLabel('File of pairs', { exact: true })
    .last()
    .setInputFiles({ name: 'pairs.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) });
  const found = page.getByRole('status', { name: 'Pairs found' });
  await expect(found).toContainText('1 row can’t be used.');
  await found.getByText('Rows that can’t be used').click();
  await expect(found).toContainText('Line 2 there is no image “nowhere.png” in the data set');
  await shot(page, 'form-pairs');
  await same.selectOption({ index: 0 });
  await expect(found).toHaveCount(0);
  await shot(page, 'form');
  await page.getByRole('radio', { name: /^From scratch/ }).click();
  await fillSmall(page, '0');
  const epochs = page.getByLabel('Epochs', { exact: true });
  await expect(page.getByRole('alert').filter({ hasText: 'It must be at least 1 (epochs).' })).toBeVisible();
  await expect(epochs).toHaveAttribute('aria-invalid', 'true');
  await shot(page, 'form-error');
  await page.keyboard.press('Control+Enter'); // goes to the field instead of starting
  await expect(epochs).toBeFocused();
  const { width, height } = page.viewportSize()!;
  await page.setViewportSize({ width: 1024, height: 700 });
  await page.getByLabel('Data set', { exact: true }).focus();
  await page.keyboard.press('Control+Enter');
  await expect(epochs).toBeFocused();
  const error = (await page.getByRole('alert').filter({ hasText: '(epochs)' }).boundingBox())!;
  const strip = (await page.locator('form > .end').boundingBox())!;
  expect(error.y + error.height).toBeLessThanOrEqual(strip.y); // neither the field nor its error is behind the buttons
  await page.setViewportSize({ width, height });
  await epochs.fill('400');
  await expect(page.getByRole('alert')).toHaveCount(0);
  await expect(page.getByText(/measured on this computer/)).toBeVisible({ timeout: 20_000 });
  expect(await serious(page)).toEqual([]);
  await page.keyboard.press('Control+Enter');

  const live = page.getByRole('region', { name: /^Training on/ });
  await expect(live).toContainText('validation AUC', { timeout: 30_000 });
  await expect(live).toContainText('images/s');
  const calls = callsOf(page);
  const chart = page.getByRole('slider', { name: 'Loss by epoch' });
  await expect(async () => expect(Number(await chart.getAttribute('aria-valuemax'))).toBeGreaterThan(5)).toPass({ timeout: 30_000 });
  expect(calls.filter((name) => name === 'runs.get')).toEqual([]); // an epoch's row travels with its event
  await shot(page, 'live');
  await live.getByRole('button', { name: /^Cancel/ }).click();
  const details = page.getByRole('complementary', { name: 'Run details' });
  await expect(details).toContainText('Cancelled after epoch');
  const reached = (await served.call('runs.get', { run: 'r1' })).epochs.length;

  await details.getByRole('button', { name: 'Actions for Run 1' }).click();
  await page.getByRole('menuitem', { name: 'Resume with changes…' }).click();
  const resumeDialog = page.getByRole('dialog', { name: 'Resume Run 1 with changes' });
  await expect(resumeDialog.getByLabel('Device', { exact: true })).toHaveValue('onnx cpu');
  await resumeDialog.getByLabel('Pairs per step').fill('none');
  await expect(resumeDialog.getByRole('alert')).toHaveText('Enter a whole number from 1 to 1,024.');
  await expect(resumeDialog.getByRole('button', { name: 'Resume' })).toBeDisabled();
  await resumeDialog.getByLabel('Pairs per step').fill('4');
  await expect(resumeDialog).toContainText('batch statistics will differ');
  await expect(resumeDialog.getByRole('button', { name: 'Resume' })).toBeEnabled();
  await shot(page, 'resume-dialog');
  expect(await serious(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(resumeDialog).toHaveCount(0);

  // Fewer epochs in all, so that the resumed training ends soon: by a call, since the screen resumes to the epochs of the form.
  await served.job('runs.resume', { run: 'r1', epochs: reached + 1, batch: 4 });
  await expect(details).toContainText(`Done: ${reached + 1} of ${reached + 1} epochs`);
  await expect(details).toContainText(`From epoch ${reached + 1} a step had 4 pairs, before that 8`);
  await expect(details).toContainText('Test results');
  await expect(details.getByRole('img', { name: /^ROC curve, AUC/ })).toBeVisible();
  await expect(details.getByRole('img', { name: /^Distances of/ })).toBeVisible();
  await details.getByRole('button', { name: 'Redraw the weights' }).click();
  await expect(details.getByRole('img', { name: /^Rank correlation with the trained network’s maps .* 0: 1\.00, 1: / })).toBeVisible();
  await expect(details.getByText(/^The maps .*change .*when the network’s weights are redrawn|^The maps change in part/)).toBeVisible();
  await shot(page, 'done');
  expect(await serious(page)).toEqual([]);

  // Threshold: tried with keys, mouse and a rule on validation pairs, chosen with a reason, restored from the history.
  const threshold = details.getByRole('region', { name: 'Threshold' });
  const handle = threshold.getByRole('slider', { name: 'Threshold' });
  const valueNow = async (): Promise<number> => Number(await handle.getAttribute('aria-valuenow'));
  const first = await valueNow();
  await expect(threshold).toContainText('chosen on validation pairs: similarity of 50 %.');
  await handle.focus();
  await page.keyboard.press('Home');
  expect(await valueNow()).toBe(0);
  const wrong = threshold.locator('[data-false=different]'); // all same pairs are above a threshold of 0
  await expect(threshold.locator('[data-false=same]')).toHaveText('0');
  const all = await wrong.textContent();
  await page.keyboard.press('PageUp');
  await page.keyboard.press('ArrowRight');
  const end = Number(await handle.getAttribute('aria-valuemax'));
  expect(await valueNow()).toBeCloseTo(11 * roundStep(end), 5);
  const box = (await threshold.getByRole('img', { name: /^Distances of/ }).boundingBox())!;
  await page.mouse.move(box.x + 40, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width - 20, box.y + box.height / 2, { steps: 3 });
  await expect(threshold.getByText(`in force ${distanceText(first)}`)).toBeVisible(); // stays in the chart during the drag
  await page.mouse.up();
  expect((await valueNow()) / end).toBeGreaterThan(0.9);
  const byHand = threshold.getByRole('spinbutton', { name: 'Threshold' });
  await byHand.fill('1000');
  await byHand.press('Tab');
  await expect(threshold.getByText('tried 1000.00 →')).toBeVisible();
  await byHand.press('ArrowDown');
  expect(await valueNow()).toBeCloseTo(end, 4); // back on the axis
  await expect(wrong).not.toHaveText(all!);
  await threshold.getByLabel('Rule').selectOption('false-same');
  await threshold.getByLabel('Ceiling').fill('0');
  await expect(threshold).toContainText('can’t show a share of 0 %');
  await threshold.getByRole('radio', { name: 'DET' }).click();
  await expect(threshold.getByRole('img', { name: /^DET curve\. At the threshold on validation pairs/ })).toBeVisible();
  await threshold.getByLabel('Reason').fill('no false same');
  await threshold.getByRole('button', { name: 'Apply' }).click();
  await expect(threshold).toContainText('chosen on validation pairs: at most 0 % false “same” there');
  await expect(threshold.getByLabel('Rule')).toHaveValue('false-same'); // the rule in force, not a threshold by hand
  await expect(threshold).toContainText('Chosen after figures on test pairs were seen');
  await expect(threshold).toContainText('no false same');
  await expect(details).toContainText(`at threshold ${distanceText(await valueNow())}`); // test figures follow
  expect(await serious(page)).toEqual([]);
  await threshold.getByRole('button', { name: /^Restore/ }).click();
  await expect(threshold.getByRole('listitem').first()).toContainText('restores number 1');
  expect(await valueNow()).toBe(first);
  await expect(threshold.getByLabel('Rule')).toHaveValue('even');
  const calibration = details.getByRole('region', { name: 'Calibration of the similarity' });
  await expect(calibration.getByRole('img', { name: /^Share of same pairs over the similarity, on test pairs/ })).toBeVisible();
});

test('the curves are read and zoomed by keyboard, and as a table', async ({ page, served }) => {
  await firstRun(served);
  await page.goto(`${served.url}#/train?run=r1`);
  const chart = page.getByRole('slider', { name: 'AUC by epoch' });
  await chart.focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await expect(chart).toHaveAttribute('aria-valuetext', /^Epoch 2\. training .*; validation /);
  await page.keyboard.press('+');
  const all = page.getByRole('button', { name: 'All epochs' });
  await expect(all).toBeEnabled();
  await page.keyboard.press('0');
  await expect(all).toBeDisabled();
  await page.getByRole('button', { name: 'Show table' }).click();
  await expect(page.getByRole('columnheader', { name: 'AUC, validation' })).toBeVisible();
  await expect(page.getByRole('rowheader', { name: /best/ })).toHaveCount(1);
  expect(await serious(page)).toEqual([]);
});

test('neighbours and classes are measured, and a cell of the matrix opens its pairs by keyboard', async ({ page, served }) => {
  const { run } = await firstRun(served);
  await page.goto(`${served.url}#/train?run=${run}`);
  const section = page.getByRole('complementary', { name: 'Run details' }).getByRole('region', { name: 'Neighbours and classes' });
  await section.getByRole('button', { name: 'Measure neighbours and classes' }).click();
  await expect(section).toContainText('What limits this result.');
  await expect(section.getByRole('row', { name: /^Recall@1 [01]\.\d+ / })).toBeVisible();
  await section.getByRole('radio', { name: 'All images' }).click();
  await expect(section).toContainText('images of all splits');
  await section.getByRole('button', { name: 'Class by class' }).click();
  const matrix = page.getByRole('grid', { name: 'Error rate by class' });
  await matrix.getByRole('button').first().focus();
  await page.keyboard.press('ArrowRight');
  const cell = matrix.getByRole('button').nth(1);
  await expect(cell).toBeFocused();
  const [, first, second, pairs] = /^(\S+) with (\S+): \d+ of (\d+) verdicts wrong/.exec((await cell.getAttribute('aria-label'))!)!;
  expect(await serious(page)).toEqual([]);
  await page.getByRole('radio', { name: 'Each class' }).click();
  await expect(page.getByRole('row', { name: new RegExp(`^${first} \\d+ `) })).toBeVisible();
  await page.getByRole('radio', { name: 'Mean distance' }).click();
  await page.getByRole('grid', { name: 'Mean distance by class' }).getByRole('button').nth(1).press('Enter');
  const queue = page.getByRole('group', { name: 'Queue of pairs' });
  await expect(queue).toContainText(`${first} with ${second}`);
  await expect(queue.getByRole('status')).toHaveText(`pair 1 of ${pairs}`);
  await queue.getByRole('button', { name: 'Show the pairs of all classes' }).click();
  await expect(queue.getByRole('status')).not.toHaveText(`pair 1 of ${pairs}`);
});

test('two runs compared, notes, remove and undo', async ({ page, served }) => {
  const { dataset } = await firstRun(served);
  const { result } = await served.job('runs.start', { dataset, ...SMALL, lr: 1e-3 });
  await page.goto(`${served.url}#/train?run=${result!['run']!}`);
  await page.getByLabel('Show the curves of Run 1').check();
  const diff = page.getByRole('region', { name: 'Settings side by side' });
  await expect(diff.getByRole('rowheader', { name: 'Learning rate' })).toBeVisible();
  await expect(diff.getByRole('rowheader', { name: 'Image size' })).toHaveCount(0);
  await diff.getByRole('button', { name: 'Differences only' }).click();
  await expect(diff.getByRole('rowheader', { name: 'Image size' })).toBeVisible();
  await diff.getByRole('button', { name: 'Differences only' }).click();
  const results = page.getByRole('region', { name: 'Results side by side' });
  await expect(results.getByRole('row', { name: /^AUC on test pairs \d\.\d+ \(/ })).toBeVisible();
  await expect(results.getByRole('row', { name: /^AUC before training/ })).toBeVisible();
  await expect(results.getByText(/^(Not proven that )?Run 1 (is|or) /)).toBeVisible();
  await results.getByText('How sure is that?').click();
  await expect(results.getByText(/^The interval is over \d+ images/)).toBeVisible();
  await page.getByRole('slider', { name: 'Smoothing' }).fill('0.6');

  const details = page.getByRole('complementary', { name: 'Run details' });
  await details.getByLabel('Name', { exact: true }).fill('<img src=x onerror="document.title=1"> slower');
  await details.getByLabel('Name', { exact: true }).press('Enter');
  await details.getByLabel('Tags', { exact: true }).fill('baseline, lower rate');
  await details.getByLabel('Tags', { exact: true }).press('Enter');
  const table = page.getByRole('region', { name: 'Runs', exact: true });
  await expect(table.getByRole('row').filter({ hasText: 'lower rate' })).toContainText('<img src=x');
  expect(await page.title()).not.toBe('1');
  await shot(page, 'overlay');
  await page.setViewportSize({ width: 1024, height: 700 });
  await shot(page, 'overlay-small');
  await page.setViewportSize({ width: 1440, height: 900 });

  await table.getByRole('searchbox').fill('baseline');
  await expect(table.getByRole('row')).toHaveCount(2);
  await table.getByRole('searchbox').fill('');
  await table.getByRole('button', { name: /Validation AUC/ }).click();
  await expect(table.getByRole('columnheader', { name: /Validation AUC/ })).toHaveAttribute('aria-sort', 'descending');

  await table.getByRole('button', { name: /^Actions for <img/ }).click();
  await page.getByRole('menuitem', { name: 'Remove' }).click();
  await expect(table.getByRole('row')).toHaveCount(2);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(table.getByRole('row')).toHaveCount(3);

  await table.getByRole('button', { name: 'Actions for Run 1' }).click();
  await page.getByRole('menuitem', { name: 'Train again…' }).click();
  await expect(page.getByRole('radio', { name: /^From scratch/ })).toHaveAttribute('aria-checked', 'true');
  const more = page.getByRole('button', { name: /^More settings/ });
  await expect(more).toHaveText(/As in Run 1$/);
  await more.click();
  const rate = page.getByLabel('Learning rate', { exact: true });
  await expect(rate).toHaveValue('0.003');
  await rate.fill('0.001');
  await expect(more).toHaveText(/As in Run 1, 1 changed$/);
  await rate.fill('0.003');
  await expect(more).toHaveText(/As in Run 1$/);
  await expect(page.getByText(/based on run/)).toBeVisible();
  await page.getByRole('button', { name: 'Reset to defaults' }).click();
  await expect(more).toHaveText(/All defaults$/);
});

test('compute killed during training: the screen reports it and resumes; stopped by hand, the run is done', async ({ page, served }) => {
  const dataset = await colours(served);
  await page.goto(`${served.url}#/train`);
  await served.call('runs.start', { dataset, ...SMALL, lr: 3e-3, epochs: 5000, patience: 0 });
  const live = page.getByRole('region', { name: /^Training on/ });
  await expect(live).toContainText('validation AUC', { timeout: 30_000 });
  loseCompute(served);
  const [{ run }] = (await served.call('runs.list', {})) as [RunRow];
  const resume = page.getByRole('button', { name: `Resume Run ${run.slice(1)}` });
  await expect(resume).toBeVisible();
  await expect(page.getByText(/Nothing is lost: it resumes there/).first()).toBeVisible();
  await shot(page, 'interrupted');
  await resume.click();
  const details = page.getByRole('complementary', { name: 'Run details' });
  await page.getByRole('button', { name: /^Stop and keep best/ }).click({ timeout: 30_000 });
  await expect(details).toContainText(/Stopped by hand after epoch \d+ of 5,?000/, { timeout: 60_000 });
  await expect(page.getByRole('table').getByText('stopped by hand')).toBeVisible();
  await shot(page, 'stopped');
  await expect(details.getByRole('button', { name: 'Resume', exact: true })).toBeVisible(); // it can go on
  const stopped = (await served.call('runs.get', { run })) as RunRow;
  expect(stopped.status).toBe('done');
  expect(stopped.metrics.map(({ split }) => split).sort()).toEqual(['test', 'valid']);
});
