import { expect, test, trainedRun } from './kit.ts';
import { axeIn, serious } from './serious.ts';

test.use({ atStart: 'trained' });

/** A data set as a whole: analysed once, then seen in the tabs of the view. */

test('a data set is analysed with a run', async ({ page, served }) => {
  await trainedRun(served);

  await test.step('the view says what to do first', async () => {
    await page.goto(`${served.url}#/explore`);
    await expect(page.getByRole('heading', { name: 'Explore' })).toBeVisible();
    await expect(page.getByText('Not analysed with Patches of your images yet.')).toBeVisible();
    await expect(page.getByRole('heading', { name: 'Analyse this data set first' })).toBeVisible();
  });

  await test.step('the chosen source is used and stored; its neighbours are told with their recall', async () => {
    await page.getByRole('combobox', { name: 'Encoder' }).selectOption({ label: 'Run 1' });
    await page.getByRole('button', { name: 'Analyse', exact: true }).click();
    await expect(page.getByText(/images analysed with run 1, .*20 neighbours of each\./)).toBeVisible();
    await expect(page.getByText(/^The nearest neighbour has the same class for/)).toBeVisible();
    await expect(page.getByRole('button', { name: 'Analyse again' })).toBeVisible();
    await page.reload();
    await expect(page.getByText(/images analysed with run 1/)).toBeVisible();
  });

  await test.step('nothing is wrong for screen readers, in both themes and the smallest window', async () => {
    await page.setViewportSize({ width: 1024, height: 700 });
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await serious(page, axeIn(colorScheme, page))).toEqual([]);
    }
  });
});
