import { expect, importColours, test } from './kit.ts';

test('Compare names its run and data set, follows the sidebar and offers only runs that fit', async ({ page, served }) => {
  const train = async (dataset: string): Promise<string> =>
    (await served.job('runs.start', { dataset, epochs: 1, size: 32, batch: 4, device: 'cpu' })).result!['run']!;
  const [many, few] = [await importColours(served, 12, 'many'), await importColours(served, 6, 'few')];
  const [first, , other] = [await train(many), await train(many), await train(few)];
  const highest = Math.max(...(await served.call('images.find', { dataset: many })).ids); // an id that the smaller data set lacks
  await served.call('settings.set', { dataset: many, run: null });
  await page.goto(`${served.url}#/compare?run=${first}&a=${many}/0&b=${many}/${highest}`);
  const stage = page.getByRole('main');
  await expect(stage.getByText(`Run ${first.slice(1)} · many`)).toBeVisible();
  const runs = page.getByLabel('Other run', { exact: true });
  await expect(runs.getByRole('option')).toHaveCount(2); // "None" and the other run of this data set
  await expect(runs).not.toContainText(`Run ${other.slice(1)}`);
  await page
    .getByRole('button', { name: /Data set: many|many/ })
    .first()
    .click();
  await page
    .getByRole('menuitemradio', { name: /few/ })
    .or(page.getByRole('menuitem', { name: /few/ }))
    .first()
    .click();
  await expect(stage.getByText(`Run ${other.slice(1)} · few`)).toBeVisible();
  await expect(page).not.toHaveURL(/many/);
  await page.getByRole('link', { name: /^Images/ }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'few' })).toBeVisible();
  await expect(page.getByText(/There is no image/)).toHaveCount(0);
});
