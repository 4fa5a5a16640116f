import { expect as base, test } from './kit.ts';
import { serious } from './serious.ts';
import { colours, fillSmall, SMALL } from './small-trainings.ts';

const expect = base.configure({ timeout: 15_000 });
test.use({ viewport: { width: 1440, height: 900 } });

test('several seeds: chosen in the form, one row that unfolds by keyboard, compared by their means', async ({ page, served }) => {
  const dataset = await colours(served);
  await page.goto(`${served.url}#/train?new=1`);
  await page.getByRole('radio', { name: /^From scratch/ }).click();
  await fillSmall(page, '2');
  const seeds = page.getByLabel('Several seeds', { exact: true });
  await page.getByLabel('Seed', { exact: true }).fill('7');
  await seeds.fill('1, 2, 1');
  await expect(page.getByLabel('Seed', { exact: true })).toHaveValue(''); // one or several
  await expect(page.getByRole('alert').filter({ hasText: 'They must differ; 1 is listed twice.' })).toBeVisible();
  await seeds.fill('1, 2');
  await expect(page.getByRole('alert')).toHaveCount(0);
  await page.keyboard.press('Control+Enter');
  const results = page.getByRole('region', { name: 'Results over seeds', exact: true });
  await expect(results.getByRole('row', { name: /^Mean ± standard deviation \d\.\d+ ± / })).toBeVisible({ timeout: 30_000 });
  await expect(results).toContainText('A seed changes the initial weights');
  const details = page.getByRole('complementary', { name: 'Experiment details' });
  await expect(details).toContainText('Done: 2 of 2 seeds trained.');
  expect(await serious(page)).toEqual([]);

  const [{ experiment }] = await served.call('experiments.list', {});
  const name = `Experiment ${experiment.slice(1)}`;
  const table = page.getByRole('region', { name: 'Runs', exact: true });
  await expect(table.getByRole('row', { name: new RegExp(`^Runs of ${name}`) })).toContainText(/\d\s±\s/);
  await expect(table.getByText('seed 2')).toHaveCount(0);
  const fold = table.getByRole('button', { name: `Runs of ${name}` });
  await expect(fold).toHaveAttribute('aria-expanded', 'false');
  await fold.focus();
  await page.keyboard.press('Enter');
  await expect(fold).toHaveAttribute('aria-expanded', 'true');
  await expect(table.getByText('seed 2')).toBeVisible();
  const hidden = (): Promise<number> => table.locator('.framed').evaluate((frame) => frame.scrollWidth - frame.clientWidth);
  for (const [width, height] of [
    [1280, 800],
    [1024, 700],
    [1440, 900],
  ] as const) {
    await page.setViewportSize({ width, height });
    await expect.poll(hidden).toBeLessThanOrEqual(0); // the actions would cover the last digits of the test AUC
  }
  await results.getByRole('button', { name: /, seed 2$/ }).click();
  const ofRun = page.getByRole('complementary', { name: 'Run details' });
  await expect(ofRun).toContainText(/Seed 2 of Experiment \d+\. Mean AUC on test pairs of 2 seeds/);
  await ofRun.getByRole('button', { name, exact: true }).click();
  await expect(details).toBeVisible();

  await served.job('runs.start', { dataset, ...SMALL, epochs: 1, seeds: [3, 4] });
  await details.getByLabel('Other experiment', { exact: true }).selectOption({ index: 1 });
  await expect(details.getByText(/^(Not proven that|The mean of|No seed changes) /)).toBeVisible();
  expect(await serious(page)).toEqual([]);
  await details.getByLabel('Name', { exact: true }).fill('my baseline');
  await details.getByLabel('Name', { exact: true }).press('Enter');
  await expect(table.getByRole('button', { name: 'Runs of my baseline' })).toBeVisible();
  await details.getByRole('button', { name: 'Actions for my baseline' }).click();
  await page.getByRole('menuitem', { name: 'Remove experiment and its runs' }).click();
  await expect(table.getByRole('button', { name: 'Runs of my baseline' })).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(table.getByRole('button', { name: 'Runs of my baseline' })).toBeVisible();
  await page.getByRole('button', { name: 'Train again' }).first().click();
  await expect(page.getByRole('button', { name: /^More settings/ })).toBeVisible();
});
