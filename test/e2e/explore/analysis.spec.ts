import { analysedRun, expect, test, trainedRun } from '../kit.ts';
import { axeIn, serious } from '../serious.ts';

test.use({ atStart: 'trained' });

/** A data set as a whole: analysed once, then seen in the tabs of the view. */

test('a data set is analysed with a run', async ({ page, served }) => {
  const { dataset } = await trainedRun(served);

  await test.step('the view says what to do first', async () => {
    await page.goto(`${served.url}#/explore?dataset=${dataset}`);
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

  await test.step('quality: the list follows the threshold, which is stored; an image is tagged, another is no problem', async () => {
    await page.goto(`${served.url}#/explore?tab=quality&dataset=${dataset}`);
    await page.getByRole('checkbox', { name: /^Blurred/ }).check();
    const slider = page.getByRole('slider', { name: 'Threshold' });
    await slider.focus();
    await slider.press('End');
    const images = page.getByRole('listbox', { name: 'Flagged images' }).getByRole('option');
    await expect(images.nth(1)).toBeVisible();
    const count = await images.count();
    await expect(images.first()).toContainText(/Blurred: sharpness \d/);
    await images.first().click();
    await page.getByRole('checkbox', { name: /^Dark/ }).focus(); // its threshold is shown; the list is still of blurred images
    await page.getByRole('button', { name: 'Tag “blurred”' }).click();
    await expect(page.getByText(/^Tagged 1 image/).first()).toBeVisible();
    await page.keyboard.press('n');
    await expect(images).toHaveCount(count - 1);
    await page.reload();
    await page.getByRole('checkbox', { name: /^Blurred/ }).check();
    await expect(images).toHaveCount(count - 1);
    await page.getByRole('button', { name: 'Reset' }).click();
    await expect(page.getByRole('heading', { name: 'No image has these flags' })).toBeVisible();
    await page.getByRole('button', { name: 'At the border' }).click();
    await expect(images.first()).toBeVisible();
  });

  await test.step('nothing is wrong for screen readers, in both themes and the smallest window', async () => {
    await page.setViewportSize({ width: 1024, height: 700 });
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await serious(page, axeIn(colorScheme, page))).toEqual([]);
    }
  });
});

test('labels are checked, repaired by keys, said to be right, and all of it is undone', async ({ page, served }) => {
  const { dataset } = await analysedRun(served);
  await page.goto(`${served.url}#/explore?tab=labels&dataset=${dataset}`);
  await page.getByRole('combobox', { name: 'Encoder' }).selectOption({ label: 'Run 1' });
  const list = page.getByRole('listbox', { name: 'Images' });
  const active = page.getByRole('region', { name: 'Active image' });

  await test.step('the tab says what a check does; a check lists what it found, with its method', async () => {
    await expect(page.getByRole('heading', { name: 'Labels not checked yet' })).toBeVisible();
    await page.getByRole('button', { name: 'Check the labels' }).click();
    await expect(page.getByText(/^\d+ of \d+ labels (is|are) likely wrong\./)).toBeVisible();
    await page.getByText('How it was judged').click();
    await expect(page.getByText(/fitted to the other 4 of 5 parts/)).toBeVisible();
  });

  await test.step('an outlier is shown beside the nearest images; its label is right, by L, until undo', async () => {
    await page.getByRole('radio', { name: 'Outliers' }).click();
    await expect(active.getByRole('region', { name: 'Nearest of all' }).getByRole('button')).toHaveCount(5);
    const first = list.getByRole('option').first();
    await list.focus();
    await page.keyboard.press('l');
    await expect(first).toContainText('Label is right');
    await expect(list.getByRole('option', { selected: true })).not.toContainText('Label is right'); // the queue goes on
    await page.keyboard.press('Control+z');
    await expect(first).not.toContainText('Label is right');
    await expect(first).toHaveAttribute('aria-selected', 'true');
  });

  await test.step('X excludes and R relabels; the check is stale until it runs again', async () => {
    const [first, second] = [list.getByRole('option').first(), list.getByRole('option').nth(1)];
    await page.keyboard.press('x');
    await expect(first).toContainText('Excluded');
    await expect(second).toHaveAttribute('aria-selected', 'true');
    await page.keyboard.press('r');
    await page.getByRole('combobox', { name: 'Class' }).fill('other');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect(second).toContainText('Relabelled: other');
    await expect(page.getByText('Labels or features have changed since this check.', { exact: false })).toBeVisible();
    await list.focus();
    await page.keyboard.press('Control+z');
    await expect(second).not.toContainText('Relabelled');
    await page.keyboard.press('Control+z');
    await expect(first).not.toContainText('Excluded');
    await expect(page.getByText('Labels or features have changed since this check.', { exact: false })).toBeHidden();
  });

  await test.step('nothing is wrong for screen readers, in both themes and the smallest window', async () => {
    await page.setViewportSize({ width: 1024, height: 700 });
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await serious(page, axeIn(colorScheme, page))).toEqual([]);
    }
  });
});
