import { decode } from '../../src/shared/wire.ts';
import { expect, importColours, QUICK, test, trainedRun } from './kit.ts';

test('Compare names its run and data set, follows the sidebar and offers only runs that fit', async ({ page, served }) => {
  const train = async (dataset: string): Promise<string> => (await served.job('runs.start', { dataset, ...QUICK, epochs: 1 })).result!['run']!;
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

test('New training follows the data set of the sidebar and keeps the other fields', async ({ page, served }) => {
  const [first, second] = [await importColours(served, 6, 'former'), await importColours(served, 8, 'latter')];
  await served.call('settings.set', { dataset: first, run: null });
  await page.goto(`${served.url}#/train?new=1`);
  await page.reload();
  const sidebar = page.getByRole('navigation', { name: 'Workbench' });
  const form = page.getByRole('form', { name: 'New training' });
  const dataset = form.getByLabel('Data set', { exact: true });
  await expect(dataset).toHaveValue(first);
  await form.getByRole('button', { name: /^More settings/ }).click();
  await form.getByLabel('Image size', { exact: true }).fill('64');
  await page.getByRole('link', { name: /^Images/ }).click();
  await sidebar.getByRole('button', { name: 'former' }).click();
  await page.getByRole('menuitem', { name: /latter/ }).click();
  const planned = page.waitForRequest((request) => request.url().endsWith('/call/runs.plan') && request.postData()!.includes(second));
  await page.getByRole('link', { name: /^Train/ }).click();
  await page
    .getByRole('button', { name: /^(New|Set up) training$/ })
    .first()
    .click();
  expect(decode((await planned).postData()!)).toMatchObject({ choices: { dataset: second, size: 64 } });
  await expect(dataset).toHaveValue(second);
  await expect(form.getByLabel('Image size', { exact: true })).toHaveValue('64');
  await sidebar.getByRole('button', { name: 'latter' }).click(); // while the form is open
  await page.getByRole('menuitem', { name: /former/ }).click();
  await expect(dataset).toHaveValue(first);
  const third = await importColours(served, 6, 'imported');
  await served.call('settings.set', { dataset: third, run: null }); // as an import on the screen does
  await expect(dataset).toHaveValue(third);
  await expect(form.getByLabel('Image size', { exact: true })).toHaveValue('64');
});

test('the sidebar names the run that Compare works with, and whose AUC it shows', async ({ page, served }) => {
  const { dataset, run } = await trainedRun(served);
  const again = (await served.job('runs.start', { dataset, ...QUICK, seed: 4, epochs: 1 })).result!['run']!;
  await served.call('settings.set', { dataset, run: again });
  const name = (id: string): string => `Run ${id.slice(1)}`;
  const sidebar = page.getByRole('navigation', { name: 'Workbench' });
  const model = sidebar.getByRole('button', { name: /^Run/ });
  await page.goto(`${served.url}#/images`);
  await page.reload();
  await expect(sidebar.getByRole('heading', { name: 'Model validation AUC' })).toBeVisible();
  await expect(model).toContainText(name(again));
  const viewport = page.viewportSize()!;
  await page.setViewportSize({ width: 1024, height: 700 }); // icons with labels below: there is no room for headings
  await expect(sidebar.getByText('validation AUC')).toBeHidden();
  await expect(model).toBeVisible();
  await page.setViewportSize(viewport);
  await page.goto(`${served.url}#/compare?run=${run}`);
  await expect(page.getByRole('main').getByText(new RegExp(`^${name(run)} ·`))).toBeVisible();
  await expect(model).toContainText(name(run));
  await model.click();
  const inUse = page.getByRole('menuitem', { name: name(run) });
  await expect(inUse).toHaveAttribute('aria-current', 'true');
  await expect(inUse).toContainText('validation AUC');
  await page.getByRole('menuitem', { name: name(again) }).click();
  await expect(page.getByRole('main').getByText(new RegExp(`^${name(again)} ·`))).toBeVisible();
  await expect(model).toContainText(name(again));
});
