import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawColours } from '../doors/cli/kit.ts';
import { expect, test } from './kit.ts';
import { serious } from './serious.ts';

test('a project bundle and a table are saved, and the bundle opens as another data set', async ({ page, served }) => {
  const folder = join(served.workspace, 'source', 'Pets');
  await drawColours(folder, 9);
  await served.job('datasets.import', { folder, name: 'Pets' });
  await page.goto(`${served.url}#/images`);
  const save = async (choice: string, button: string): Promise<string> => {
    await page.getByRole('button', { name: 'Data set actions' }).click();
    await page.getByRole('menuitem', { name: 'Export…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('radio', { name: choice }).check();
    expect(await serious(page)).toEqual([]);
    const [download] = await Promise.all([page.waitForEvent('download'), dialog.getByRole('button', { name: button }).click()]);
    return download.path();
  };
  const table = await save('Table for other programs', 'Export table');
  expect(readFileSync(table).subarray(0, 4).toString()).toBe('PAR1');

  await test.step('classes and tags are taken from a table, after it shows what would change', async () => {
    const file = join(served.workspace, 'labels.csv');
    writeFileSync(file, 'file,class,tags\nblue-00.png,red,seen\nnowhere.png,red,\n');
    await page.getByRole('button', { name: 'Data set actions' }).click();
    await page.getByRole('menuitem', { name: 'Classes and tags from a table…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Table' }).fill(file);
    await dialog.getByRole('textbox', { name: 'Table' }).press('Enter');
    await expect(dialog.getByRole('listitem')).toHaveText(['1 image relabelled as red', '1 image tagged seen']);
    await expect(dialog).toContainText('1 row without an image here: nowhere.png');
    expect(await serious(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Apply to images' }).click();
    await expect(page.getByRole('region', { name: 'History' }).getByRole('listitem')).toHaveCount(2);
  });

  const bundle = await save('Project bundle', 'Save bundle');
  await page.getByRole('button', { name: 'Data set actions' }).click();
  await page.getByRole('menuitem', { name: 'All data sets…' }).click();
  await page.getByRole('button', { name: 'Open project bundle…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Project bundle' }).fill(table);
  await dialog.getByRole('textbox', { name: 'Project bundle' }).press('Enter');
  await expect(dialog.getByRole('alert')).toContainText('is not a project bundle');
  await dialog
    .locator('input[type=file]')
    .setInputFiles({ name: 'flowers.twinlens', mimeType: 'application/octet-stream', buffer: readFileSync(bundle) });
  await expect(dialog.getByText('in the bundle')).toBeVisible();
  expect(await serious(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Open bundle' }).click();
  await expect(page.getByRole('group', { name: 'Message' }).getByText('Imported 27 images.')).toBeVisible();
  const opened = await served.call('datasets.get', { dataset: 'pets-2' });
  expect(opened).toMatchObject({ name: 'Pets', images: 27 });
  await served.call('datasets.remove', { dataset: 'pets-2' });
});
